import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { StoredOutcome } from '../store/tool-call-store.ts'
import type { Workspace } from '../workspace/types.ts'
import type { BatchEntry } from './batch-entry.ts'
import { currentContent } from './file-plan.ts'
import { success } from './journal.ts'
import type { DoubtDecision, ToolDeps } from './types.ts'

interface Recovery {
  deps: ToolDeps
  workspace: Workspace
  signal: AbortSignal
}

/** Decides, before anything of the batch runs, each call that was begun in an earlier life and whose end was not seen. */
export async function recoverCalls(begun: BatchEntry[], recovery: Recovery): Promise<void> {
  const files = begun.filter((entry) => entry.intent?.effect === 'file')
  for (const chain of Map.groupBy(files, (entry) => pathOf(entry)).values()) await recoverFile(chain, recovery)
  const notDone = files.find((entry) => entry.end === undefined)
  for (const entry of begun) {
    // Calls with an effect run in order: what stands behind a write that was not done had not begun either.
    const cannotHaveBegun = notDone !== undefined && notDone.index < entry.index
    if (!cannotHaveBegun) await recoverOther(entry, recovery)
  }
}

/**
 * The calls of a batch on one file, in order. Their intents are a chain of contents: where the file stands in it, there the work
 * stopped. Content that is in no place of the chain is someone else's, and nothing of theirs is written over.
 */
async function recoverFile(chain: BatchEntry[], { deps, workspace }: Recovery): Promise<void> {
  const path = await workspace.resolve(pathOf(chain[0]), 'write')
  const current = (await currentContent(deps, workspace, path))?.hash ?? null
  const last = chain.findLastIndex(({ intent }) => intent?.effect === 'file' && intent.after === current)
  const [first] = chain
  const untouched = first?.intent?.effect === 'file' && first.intent.before === current
  for (const [at, entry] of chain.entries()) {
    if (entry.intent?.effect !== 'file') continue
    if (at <= last) {
      entry.changed = entry.intent
      entry.end = success(entry.intent.result, { durationMs: 0, summary: 'done before the restart', filesModified: [entry.intent.path] })
    } else if (last === -1 && !untouched) {
      entry.end = failed(new RainyError('STALE_FILE', `${path.relative} was changed by someone else while the program was down; read it again.`))
    }
  }
}

async function recoverOther(entry: BatchEntry, { workspace, signal }: Recovery): Promise<void> {
  const { intent, tool, call } = entry
  if (intent === undefined || intent.effect === 'file' || intent.effect === 'repeatable') return
  const looked = intent.effect === 'commit' && 'journal' in tool ? await tool.journal?.recover(entry.input, intent.data, { workspace, signal }) : undefined
  if (looked?.state === 'not-done') return
  if (looked?.state === 'done') {
    const result = tool.output.parse(looked.result)
    entry.end = success(result as never, { durationMs: 0, summary: tool.summarize?.(result) ?? 'done before the restart', filesModified: [] })
    return
  }
  decideUnknown(entry, call.decisions?.[entry.reruns])
}

/** Nobody can tell how it ended: the user says what to make of it. */
function decideUnknown(entry: BatchEntry, decision: DoubtDecision | undefined): void {
  switch (decision) {
    case undefined:
      entry.end = 'unknown'
      return
    case 'rerun':
      entry.reruns += 1
      return
    case 'skip':
      entry.end = failed(new RainyError('OUTCOME_UNKNOWN', 'The program died while this call ran, and the user chose not to run it again. It may have had all, some or none of its effects: look before you build on it.'))
      return
    case 'done':
      entry.end = success({ note: 'The program died while this call ran. The user says that it did its work; its output is lost.' }, { durationMs: 0, summary: 'done, as the user says', filesModified: [] })
      return
    default:
      decision satisfies never
  }
}

function pathOf(entry: BatchEntry | undefined): string {
  return entry?.intent?.effect === 'file' ? entry.intent.path : ''
}

function failed(error: RainyError): StoredOutcome {
  return { status: 'error', error: toErrorBody(error), durationMs: 0, filesModified: [] }
}
