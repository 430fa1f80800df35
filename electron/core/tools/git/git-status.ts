import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ThreadToolDeps, ToolDefinition } from '../types.ts'

const input = z.strictObject({})
const output = z.object({
  branch: z.string(),
  files: z.array(z.object({ path: z.string(), index: z.string(), worktree: z.string(), from: z.string().optional() })),
})

export function createGitStatusTool(_deps: ThreadToolDeps): ToolDefinition<typeof input, typeof output> {
  const cache = new Map()
  return defineTool({
    name: 'git_status',
    description: "Branch and changed files, with git's own letters (. unchanged, ?? untracked).",
    category: 'git',
    input,
    output,
    executor: 'worker',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: 60_000,
    async run(_input, { workspace, signal }) {
      const { gitStatus } = await import('./status.ts')
      return gitStatus(workspace.root, { signal, cache })
    },
    summarize: ({ branch, files }) => `${branch}: ${files.length === 0 ? 'clean' : `${files.length} changed`}`,
    present: ({ branch, files }) => [`on ${branch}`, ...files.map(({ path, index, worktree, from }) => `${index}${worktree} ${from === undefined ? '' : `${from} -> `}${path}`)].join('\n'),
  })
}
