import { join } from 'node:path'
import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import { TEMPORARY_PREFIX } from '../../workspace/replace-file.ts'
import type { DirectoryEntry, Workspace, WorkspacePath } from '../../workspace/types.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition } from '../types.ts'

const ENTRIES_LIMIT = 10_000
const TIMEOUT_MS = 30_000

const input = z.strictObject({ path: z.string().optional().describe('Relative to the workspace; the workspace itself by default.') })

const output = z.object({
  entries: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['file', 'directory', 'symlink', 'other']),
      /** In bytes; 0 of what is no file. */
      size: z.int(),
    }),
  ),
})

export function createListDirTool(): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'list_dir',
    description: 'Lists a folder.',
    category: 'read',
    input,
    output,
    executor: 'main',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: TIMEOUT_MS,
    async describe({ path = '.' }, { workspace }) {
      return { preview: (await workspace.resolve(path, 'read')).relative }
    },
    async run({ path = '.' }, { workspace, signal }) {
      const folder = await workspace.resolve(path, 'read')
      const entries = (await workspace.list(folder)).filter(({ name }) => !name.startsWith(TEMPORARY_PREFIX)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
      if (entries.length > ENTRIES_LIMIT) throw new RainyError('OUTPUT_LIMIT', `${folder.relative} has ${entries.length} entries, more than ${ENTRIES_LIMIT}; list a folder below it, or search.`)
      signal.throwIfAborted()
      return { entries: await Promise.all(entries.map(async (entry) => ({ ...entry, size: await sizeOf(workspace, folder, entry) }))) }
    },
    summarize: ({ entries }) => `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`,
    present: ({ entries }) => (entries.length === 0 ? '(empty)' : entries.map(({ name, type, size }) => (type === 'file' ? `${name} ${size}` : `${name}${SUFFIXES[type]}`)).join('\n')),
  })
}

const SUFFIXES = { directory: '/', symlink: '@', other: '?' } as const

async function sizeOf(workspace: Workspace, folder: WorkspacePath, { name, type }: DirectoryEntry): Promise<number> {
  if (type !== 'file') return 0
  // What is gone by now has no size any more.
  return (await workspace.stat({ absolute: join(folder.absolute, name), relative: name }))?.size ?? 0
}
