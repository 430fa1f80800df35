import { dirname, join } from 'node:path'
import { z } from 'zod'
import { TEMPORARY_PREFIX } from '../../workspace/replace-file.ts'
import type { Workspace, WorkspacePath } from '../../workspace/types.ts'
import { isRacy, sameStamp, type CachedTree } from '../cache.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition, ToolDeps } from '../types.ts'
import { ignoreRulesFor, type IgnoreRules } from './ignore-rules.ts'

const DEFAULT_DEPTH = 6
const DEPTH_LIMIT = 30
const ENTRIES_LIMIT = 2000
const TIMEOUT_MS = 60_000

const input = z.strictObject({
  path: z.string().optional().describe('Relative to the workspace; the workspace itself by default.'),
  depth: z.int().min(1).max(DEPTH_LIMIT).optional().describe(`Default ${DEFAULT_DEPTH}.`),
})

const output = z.object({ tree: z.string(), truncated: z.boolean() })

export function createReadDirectoryTreeTool({ caches, clock }: Pick<ToolDeps, 'caches' | 'clock'>): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'read_directory_tree',
    description: 'Shows a folder and all below it as an indented list, without what git ignores.',
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
    async run({ path = '.', depth = DEFAULT_DEPTH }, { workspace, signal }) {
      const folder = await workspace.resolve(path, 'read')
      const key = `${folder.absolute}\0${depth}`
      const cached = caches.trees.get(key)
      if (cached && (await isCurrent(workspace, cached))) return { tree: cached.tree, truncated: cached.truncated }
      const walked = await walk(workspace, folder, depth, signal)
      const now = clock.now()
      if (walked.sources.every(({ stamp }) => stamp !== null && !isRacy(stamp, now))) caches.trees.set(key, walked)
      return { tree: walked.tree, truncated: walked.truncated }
    },
    summarize: ({ tree, truncated }) => `${tree === '' ? 0 : tree.split('\n').length} entries${truncated ? ', in part' : ''}`,
    present: ({ tree, truncated }) => `${tree === '' ? '(empty)' : tree}${truncated ? '\n[in part: look at folders marked with … by themselves]' : ''}`,
  })
}

interface TreeNode {
  path: WorkspacePath
  label: string
  depth: number
  children: TreeNode[]
  /** Only of folders. */
  rules?: IgnoreRules
}

/** Level by level, so that what does not fit is the deepest. Links are shown, not followed. */
async function walk(workspace: Workspace, folder: WorkspacePath, depth: number, signal: AbortSignal): Promise<CachedTree> {
  const sources: CachedTree['sources'] = []
  const noteSource = async (path: WorkspacePath): Promise<void> => void sources.push({ path, stamp: await workspace.stamp(path) })
  await Promise.all(foldersAbove(workspace, folder).map(noteSource))
  const rules = await ignoreRulesFor(workspace, folder, (file) => sources.push(file))
  const root: TreeNode = { path: folder, label: '', depth: 0, children: [], rules }
  let left = ENTRIES_LIMIT
  let truncated = false
  for (let level = [root]; level.length > 0; ) {
    signal.throwIfAborted()
    const listed = await Promise.all(level.map(async (node) => listFolder(workspace, node, noteSource)))
    const next: TreeNode[] = []
    for (const [at, node] of level.entries()) {
      const children = listed[at] ?? []
      if (node.depth === depth || children.length > left) {
        if (children.length > 0) {
          truncated = true
          node.label += ' …'
        }
        continue
      }
      left -= children.length
      node.children = children
      next.push(...children.filter((child) => child.rules))
    }
    level = next
  }
  return { sources, tree: render(root).join('\n'), truncated }
}

async function listFolder(workspace: Workspace, node: TreeNode, noteSource: (path: WorkspacePath) => Promise<void>): Promise<TreeNode[]> {
  await noteSource(node.path)
  const entries = await workspace.list(node.path)
  const shown = entries
    .filter(({ name, type }) => !name.startsWith(TEMPORARY_PREFIX) && !node.rules?.ignores(name, type === 'directory'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return Promise.all(
    shown.map(async ({ name, type }): Promise<TreeNode> => {
      const path = { absolute: join(node.path.absolute, name), relative: node.path.relative === '.' ? name : `${node.path.relative}/${name}` }
      const child: TreeNode = { path, label: `${name}${type === 'directory' ? '/' : type === 'symlink' ? '@' : ''}`, depth: node.depth + 1, children: [] }
      if (type === 'directory' && node.rules) child.rules = await node.rules.within(name)
      return child
    }),
  )
}

/** Their ignore files reach down into it. */
function foldersAbove(workspace: Workspace, folder: WorkspacePath): WorkspacePath[] {
  const above: WorkspacePath[] = []
  for (let at = folder.relative; at !== '.'; ) {
    at = dirname(at)
    above.push({ relative: at, absolute: join(workspace.root, at) })
  }
  return above
}

function render(node: TreeNode): string[] {
  return node.children.flatMap((child) => [`${'  '.repeat(child.depth - 1)}${child.label}`, ...render(child)])
}

async function isCurrent(workspace: Workspace, { sources }: CachedTree): Promise<boolean> {
  const now = await Promise.all(sources.map(async ({ path }) => workspace.stamp(path)))
  return sources.every(({ stamp }, at) => {
    const current = now[at]
    return stamp && current ? sameStamp(stamp, current) : stamp === (current ?? null)
  })
}
