import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import type { WorkspacePath } from '../../workspace/types.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition } from '../types.ts'
import { createMatchCollector } from './match-collector.ts'
import { ripgrep } from './ripgrep.ts'

const DEFAULT_LIMIT = 100
const LIMIT = 1000
const CONTEXT_LIMIT_LINES = 20
const PATTERN_LIMIT_CHARS = 10_000
const TIMEOUT_MS = 60_000

/** A NUL cannot be given to a program. */
const argument = z
  .string()
  .min(1)
  .max(PATTERN_LIMIT_CHARS)
  .regex(/^[^\0]*$/u, 'holds a NUL character')
  .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair')

const input = z.strictObject({
  pattern: argument.describe('Regular expression (Rust).'),
  path: z.string().optional().describe('File or folder; the workspace by default.'),
  glob: argument.optional().describe('Files to look in, like *.ts or !*.test.ts.'),
  literal: z.boolean().optional().describe('The pattern is plain text.'),
  caseSensitive: z.boolean().optional().describe('Default true.'),
  context: z.int().min(0).max(CONTEXT_LIMIT_LINES).optional().describe('Lines before and after.'),
  limit: z.int().min(1).max(LIMIT).optional().describe(`Default ${DEFAULT_LIMIT}.`),
})

const output = z.object({
  matches: z.array(
    z.object({
      path: z.string(),
      line: z.int(),
      /** In characters, from 1. */
      column: z.int(),
      text: z.string(),
      /** Only with `context`. */
      before: z.array(z.string()).optional(),
      after: z.array(z.string()).optional(),
    }),
  ),
  truncated: z.boolean(),
})

export function createSearchCodeTool(): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'search_code',
    description: 'Searches files for a regular expression, without what git ignores.',
    category: 'read',
    input,
    output,
    executor: 'hybrid',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: TIMEOUT_MS,
    async describe({ pattern, path = '.' }, { workspace }) {
      return { preview: `${pattern} in ${(await workspace.resolve(path, 'read')).relative}` }
    },
    async run(query, { workspace, signal }) {
      const where = await workspace.resolve(query.path ?? '.', 'read')
      const stats = await workspace.stat(where)
      if (!stats) throw new RainyError('NOT_FOUND', `${where.relative} does not exist.`)
      // A pipe would keep it waiting for ever.
      if (!stats.isFile() && !stats.isDirectory()) throw new RainyError('NOT_REGULAR_FILE', `${where.relative} is neither a file nor a folder.`)
      const folder = stats.isDirectory() ? where : folderOf(where)
      const limit = query.limit ?? DEFAULT_LIMIT
      const collector = createMatchCollector({ prefix: folder.relative === '.' ? '' : `${folder.relative}/`, limit, context: query.context ?? 0 })
      await workspace.inFolder(folder, async (cwd) =>
        ripgrep({ args: argsOf(query, limit, stats.isDirectory() ? '.' : `./${basename(where.absolute)}`), cwd, signal, onLine: collector.line }),
      )
      return collector.result()
    },
    summarize: ({ matches, truncated }) => {
      const files = new Set(matches.map(({ path }) => path)).size
      return `${matches.length}${truncated ? '+' : ''} ${matches.length === 1 ? 'match' : 'matches'} in ${files} ${files === 1 ? 'file' : 'files'}`
    },
    present: ({ matches, truncated }) => {
      if (matches.length === 0) return 'No matches.'
      const blocks = matches.map(({ path, line, text, before = [], after = [] }) =>
        [
          ...before.map((one, at) => `${path}-${line - before.length + at}- ${one}`),
          `${path}:${line}: ${text}`,
          ...after.map((one, at) => `${path}-${line + 1 + at}- ${one}`),
        ].join('\n'),
      )
      return `${blocks.join('\n')}${truncated ? '\n[there are more: narrow the search]' : ''}`
    },
  })
}

/** Each value in one piece with its option, and the path after `--`: nothing given here can be taken for an option. */
function argsOf(query: z.output<typeof input>, limit: number, target: string): string[] {
  const { pattern, glob, literal = false, caseSensitive = true, context = 0 } = query
  const acrossLines = pattern.includes('\n') || (!literal && pattern.includes(String.raw`\n`))
  return [
    '--json',
    '--no-config',
    '--no-messages',
    '--hidden',
    '--no-require-git',
    '--no-ignore-global',
    `--max-count=${limit + 1}`,
    ...(glob === undefined ? [] : [`--glob=${glob}`]),
    '--glob=!.git',
    ...(literal ? ['--fixed-strings'] : []),
    caseSensitive ? '--case-sensitive' : '--ignore-case',
    ...(context > 0 ? [`--context=${context}`] : []),
    ...(acrossLines ? ['--multiline'] : []),
    `--regexp=${pattern}`,
    '--',
    target,
  ]
}

function folderOf({ absolute, relative }: WorkspacePath): WorkspacePath {
  return { absolute: dirname(absolute), relative: dirname(relative) }
}
