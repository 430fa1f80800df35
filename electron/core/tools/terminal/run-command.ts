import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition } from '../types.ts'
import { COMMAND_TIMEOUT_MAX_MS, COMMAND_TIMEOUT_MS, type Terminals } from './types.ts'

const END_LIMIT_MS = 10_000
/** Linux gives one argument of a program 128 KiB. */
const COMMAND_LIMIT_CHARS = 30_000

const input = z.strictObject({
  command: z.string().max(COMMAND_LIMIT_CHARS).describe('A line for /bin/sh. Standard input is empty, so nothing can be asked.'),
  cwd: z.string().optional().describe('Folder to run in; the workspace by default.'),
  timeoutMs: z.number().optional().describe('Default 120000.'),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
})

const output = z.object({
  exitCode: z.int(),
  signal: z.string().optional(),
  output: z.string(),
  truncated: z.boolean(),
  durationMs: z.number(),
})

/** As one word of a shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

export function createRunCommandTool({ terminals }: { terminals: Terminals }): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'run_command',
    description: 'Runs a shell command and returns its exit code and output. Nothing it started stays running.',
    category: 'execute',
    input,
    output,
    executor: 'hybrid',
    effect: 'external',
    parallel: false,
    retryable: false,
    // Time to end what ignores being asked comes on top of the command's own.
    timeoutMs: COMMAND_TIMEOUT_MS + END_LIMIT_MS,
    timeoutOf: ({ timeoutMs }) => Math.min(Math.max(timeoutMs ?? COMMAND_TIMEOUT_MS, 0) || 0, COMMAND_TIMEOUT_MAX_MS) + END_LIMIT_MS,
    async describe({ command, cwd, env = {} }, { workspace }) {
      const folder = await workspace.resolve(cwd ?? '.', 'read')
      // What is set for the command decides what it does: it is shown and judged as a part of it.
      const line = [...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`), command].join('; ')
      return { command: line, cwd: folder.relative, preview: folder.relative === '.' ? line : `cd ${folder.relative}\n${line}` }
    },
    async run({ command, cwd, timeoutMs, env }, { workspace, signal, onOutput }) {
      const folder = await workspace.resolve(cwd ?? '.', 'read')
      return terminals.run({
        command,
        cwd: folder.absolute,
        signal,
        onOutput,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(env === undefined ? {} : { env }),
      })
    },
    summarize: ({ exitCode, durationMs }) => `exit ${exitCode} in ${(durationMs / 1000).toFixed(1)} s`,
    present: ({ exitCode, signal, output: text }) => `exit ${exitCode}${signal ? ` (${signal})` : ''}\n${text}`,
  })
}
