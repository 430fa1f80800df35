import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ThreadToolDeps, ToolDefinition } from '../types.ts'

const input = z.strictObject({
  path: z.string().optional().describe('File or folder; all by default.'),
  staged: z.boolean().optional().describe('The index against HEAD.'),
  ref: z.string().max(1000).optional().describe('Compare with this branch, tag or commit.'),
})
const output = z.object({ diff: z.string() })

export function createGitDiffTool(_deps: ThreadToolDeps): ToolDefinition<typeof input, typeof output> {
  const cache = new Map()
  return defineTool({
    name: 'git_diff',
    description: 'Changes that are not committed, as a unified diff.',
    category: 'git',
    input,
    output,
    executor: 'worker',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: 60_000,
    async run({ path, staged, ref }, { workspace, signal }) {
      const { gitDiff } = await import('./diff.ts')
      const scope = path === undefined ? undefined : await workspace.resolve(path, 'read')
      const request = { ...(scope ? { path: scope.relative } : {}), ...(staged === undefined ? {} : { staged }), ...(ref === undefined ? {} : { ref }) }
      return gitDiff(workspace.root, request, { signal, cache })
    },
    summarize: ({ diff }) => `${diff.match(/^diff --git /gm)?.length ?? 0} files differ`,
    present: ({ diff }) => (diff === '' ? 'No differences.' : diff),
  })
}
