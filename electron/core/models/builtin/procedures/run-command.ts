import { z } from 'zod'
import { dataOf, failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { fenced } from '../words.ts'

const commandSchema = z.object({ exitCode: z.int().nullable(), output: z.string() })

export function* runCommand(command: string): Procedure {
  const [result] = yield { text: `I run ${command}.`, calls: [{ name: 'run_command', args: { command } }] }
  const why = failureOf(result)
  if (why !== undefined) return { ok: false, text: `${command} did not run: ${why}` }
  const content = result?.content ?? ''
  const data = dataOf(result, commandSchema)
  const shown = /^exit (-?\d+)[^\n]*\n?([^]*)$/.exec(content)
  const exitCode = data ? data.exitCode : shown ? Number(shown[1]) : null
  const output = data?.output ?? shown?.[2] ?? content
  const end = exitCode === 0 ? `${command} ran and ended well.` : `${command} ended with exit code ${exitCode ?? 'unknown'}.`
  return { ok: exitCode === 0, text: output.trim() === '' ? `${end} It printed nothing.` : `${end}\n${fenced(output)}` }
}
