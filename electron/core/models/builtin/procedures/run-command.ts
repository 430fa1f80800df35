import { failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { fenced } from '../words.ts'

/** How `run_command` shows its result: the exit code, then the output. */
const SHOWN = /^exit (-?\d+)[^\n]*\n?([^]*)$/

export function* runCommand(command: string): Procedure {
  const [result] = yield { text: `I run ${command}.`, calls: [{ name: 'run_command', args: { command } }] }
  const why = failureOf(result)
  if (why !== undefined) return { ok: false, text: `${command} did not run: ${why}` }
  const [, code, output = ''] = SHOWN.exec(result?.content ?? '') ?? []
  const exitCode = code === undefined ? null : Number(code)
  const end = exitCode === 0 ? `${command} ran and ended well.` : `${command} ended with exit code ${exitCode ?? 'unknown'}.`
  return { ok: exitCode === 0, text: output.trim() === '' ? `${end} It printed nothing.` : `${end}\n${fenced(output)}` }
}
