import { RainyError } from '../../../shared/errors.ts'
import type { Workspace, WorkspacePath } from '../workspace/types.ts'
import { contentHash, readContent } from './fs/file-content.ts'
import { diffOfContents } from './unified-diff.ts'
import type { FileContent, FilePlan, FileToolDefinition, ToolDeps } from './types.ts'

type ReadContext = { workspace: Workspace; signal: AbortSignal }

/** The file as it is on disk; null where there is none. */
export async function currentContent(deps: Pick<ToolDeps, 'caches' | 'clock'>, workspace: Workspace, path: WorkspacePath): Promise<(FileContent & { hash: string }) | null> {
  try {
    return await readContent(deps, workspace, path)
  } catch (error) {
    if (error instanceof RainyError && error.code === 'NOT_FOUND') return null
    throw error
  }
}

/** What a file tool would do to the disk as it is. */
export async function planOnDisk(tool: FileToolDefinition, deps: ToolDeps, input: unknown, context: ReadContext): Promise<FilePlan<unknown>> {
  return tool.plan(input, { ...context, read: async (path) => currentContent(deps, context.workspace, path) })
}

/** Files as they are going to be once the planned calls before have run. */
export interface PlannedFiles {
  plan(tool: FileToolDefinition, input: unknown, context: ReadContext): Promise<FilePlan<unknown>>
}

export function createPlannedFiles(deps: ToolDeps): PlannedFiles {
  const planned = new Map<string, FileContent>()
  return {
    async plan(tool, input, context) {
      const plan = await tool.plan(input, { ...context, read: async (path) => planned.get(path.absolute) ?? currentContent(deps, context.workspace, path) })
      planned.set(plan.path.absolute, plan.after)
      return plan
    },
  }
}

export function hashesOf(plan: FilePlan<unknown>): { before: string | null; after: string } {
  return { before: plan.before && contentHash(plan.before.bytes), after: contentHash(plan.after.bytes) }
}

export function diffOfPlan(plan: FilePlan<unknown>): string {
  return diffOfContents({ path: plan.path.relative, before: plan.before, after: plan.after })
}
