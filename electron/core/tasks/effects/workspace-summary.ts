import { z } from 'zod'
import type { EffectEnd, EffectScope } from './types.ts'

const TREE_LETTERS = 6000
const TREE_DEPTH = 4

const treeSchema = z.object({ tree: z.string() })

/** The folder as the agents are told of it. AGENTS.md travels in the task's header, frozen when it started. */
export async function summarizeWorkspace({ context, task, signal }: EffectScope): Promise<EffectEnd<'workspace-summary'>> {
  const workspace = await context.workspaces.open(task.workspace)
  const outcome = await context.executor.runOne('read_directory_tree', { depth: TREE_DEPTH }, workspace, { signal })
  const tree = 'result' in outcome ? treeSchema.parse(outcome.result).tree : ''
  return { value: { tree: tree.length > TREE_LETTERS ? `${tree.slice(0, TREE_LETTERS)}\n…` : tree } }
}
