import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ThreadToolDeps, ToolDefinition } from '../types.ts'
import type { Workspace } from '../../workspace/types.ts'
import type { CommitRequest } from './commit.ts'

const input = z.strictObject({
  message: z.string().min(1).max(100_000),
  paths: z.array(z.string()).min(1).optional().describe('What to stage; all changes by default.'),
})
const output = z.object({ commit: z.string() })
const intentSchema = z.object({ parent: z.string().nullable(), tree: z.string() })

export function createGitCommitTool({ clock }: ThreadToolDeps): ToolDefinition<typeof input, typeof output> {
  const cache = new Map()
  return defineTool({
    name: 'git_commit',
    description: 'Stages the given paths, or all changes that are not ignored, and commits. No hook runs.',
    category: 'git',
    input,
    output,
    executor: 'worker',
    effect: 'commit',
    parallel: false,
    retryable: false,
    timeoutMs: 120_000,
    async describe({ message, paths }) {
      return { preview: `commit ${paths ? paths.join(', ') : 'all changes'}\n\n${message}` }
    },
    async run(request, { workspace, signal }) {
      const { gitCommit } = await import('./commit.ts')
      return gitCommit(workspace.root, await resolved(request, workspace), { signal, cache, clock })
    },
    journal: {
      async intent(request, { workspace, signal }) {
        const { planCommit } = await import('./commit.ts')
        return { ...(await planCommit(workspace.root, await resolved(request, workspace), { signal, cache, clock })) }
      },
      async recover(_request, intent, { workspace }) {
        const [{ findCommit }, { openRepository }] = await Promise.all([import('./commit.ts'), import('./repository.ts')])
        const commit = findCommit(openRepository(workspace.root), intentSchema.parse(intent))
        return commit === undefined ? { state: 'not-done' } : { state: 'done', result: { commit } }
      },
    },
    summarize: ({ commit }) => `committed ${commit.slice(0, 9)}`,
  })
}

async function resolved({ message, paths }: z.output<typeof input>, workspace: Workspace): Promise<CommitRequest> {
  if (!paths) return { message }
  const confined = await Promise.all(paths.map((path) => workspace.resolve(path, 'read')))
  return { message, paths: confined.map((path) => path.relative) }
}
