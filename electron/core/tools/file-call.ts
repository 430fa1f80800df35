import { RainyError } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { FileIntent } from '../store/tool-call-store.ts'
import type { Workspace } from '../workspace/types.ts'
import type { BatchEntry } from './batch-entry.ts'
import { currentContent, hashesOf, planOnDisk, type PlannedFiles } from './file-plan.ts'
import type { Journal } from './journal.ts'
import type { FileContent, FilePlan, FileToolDefinition, ToolDeps } from './types.ts'

/** Plans a call that stands later in the batch. What fails now is planned again in its turn, and fails then if it must. */
export async function intendFile({ entry, tool, planned, workspace, signal }: {
  entry: BatchEntry
  tool: FileToolDefinition
  planned: PlannedFiles
  workspace: Workspace
  signal: AbortSignal
}): Promise<{ intent: FileIntent; before?: Uint8Array } | undefined> {
  try {
    entry.plan = await planned.plan(tool, entry.input, { workspace, signal })
  } catch (error) {
    if (error instanceof RainyError) return undefined
    throw error
  }
  const intent = intentOf(entry.plan, tool, workspace)
  entry.intent = intent
  return { intent, ...(entry.plan.before ? { before: entry.plan.before.bytes } : {}) }
}

interface FileCall {
  entry: BatchEntry
  tool: FileToolDefinition
  deps: ToolDeps
  journal: Journal
  workspace: Workspace
  signal: AbortSignal
  lastSeen(path: string): string | undefined
  noteSeen(path: string, hash: string): void
}

/** Does what was planned, if the file still is what the plan speaks of; else plans again and journals that first. */
export async function runFileCall(call: FileCall): Promise<{ result: unknown; filesModified: string[] }> {
  const { entry, tool, deps, journal, workspace, signal, lastSeen, noteSeen } = call
  const path = await workspace.resolve(tool.target(entry.input), 'write')
  const current = await currentContent(deps, workspace, path)
  const seen = lastSeen(path.relative)
  if (seen !== undefined && seen !== (current?.hash ?? null)) {
    throw new RainyError('STALE_FILE', `${path.relative} has changed since it was read; read it again and then change it.`)
  }
  const stillValid = entry.plan?.path.absolute === path.absolute && hashesOf(entry.plan).before === (current?.hash ?? null)
  const plan = stillValid && entry.plan ? entry.plan : await planOnDisk(tool, deps, entry.input, { workspace, signal })
  const intent = intentOf(plan, tool, workspace)
  if (!stillValid) journal.record([{ call: entry.call, intent, ...(plan.before ? { before: plan.before.bytes } : {}) }], [])
  signal.throwIfAborted()
  const differs = intent.before !== intent.after
  if (differs) {
    await workspace.replace(plan.path, plan.after.bytes, { mode: plan.after.mode, exclusive: plan.before === null })
    entry.changed = intent
  }
  noteSeen(path.relative, intent.after)
  return { result: plan.result, filesModified: differs ? [path.relative] : [] }
}

function intentOf(plan: FilePlan<unknown>, tool: FileToolDefinition, workspace: Workspace): FileIntent {
  return {
    effect: 'file',
    workspace: workspace.root,
    path: plan.path.relative,
    ...hashesOf(plan),
    beforeMode: (plan.before satisfies FileContent | null)?.mode ?? null,
    // zod has checked it against a schema of JSON values.
    result: tool.output.parse(plan.result) as JsonValue,
  }
}
