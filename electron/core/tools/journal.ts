import { RainyError } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { BlobStore } from '../store/blob-store.ts'
import type { CheckpointFile, CheckpointStore } from '../store/checkpoint-store.ts'
import type { Db } from '../store/database.ts'
import type { FileIntent, Intent, StoredOutcome, ToolCallRow, ToolCallStore } from '../store/tool-call-store.ts'
import type { Workspace } from '../workspace/types.ts'
import type { BatchCall, JournalKey } from './types.ts'

/** What the journal says of a call before it runs. */
export type Told =
  /** Nothing, or only what may be done again. */
  | { state: 'new' }
  /** `changed`: the file it changed, where no checkpoint holds that yet. */
  | { state: 'finished'; outcome: StoredOutcome; changed?: FileIntent }
  | { state: 'begun'; intent: Intent }

export interface Finished {
  call: BatchCall
  outcome: StoredOutcome
}

export interface Intended {
  call: BatchCall
  intent: Intent
  /** The pre-image of a file intent. */
  before?: Uint8Array
}

/** A file as a call of the batch changed it. */
export interface Changed {
  key: JournalKey
  intent: FileIntent
}

export interface Journal {
  /** In the order of the calls. Throws RUN_DIVERGED where another call stands under a key, DUPLICATE_CALL_ID where two share one. */
  read(calls: BatchCall[]): Told[]
  /** One flush: what was about to be done, and how what went before ended. */
  record(intended: Intended[], finished: Finished[]): void
  /** With the next commit, so that a command that ended is not in doubt when the program dies in the rest of its batch. */
  finishSoon(finished: Finished): void
  /** In the caller's transaction: all outcomes, what the run has seen, and where files changed the task's next checkpoint. */
  commit(end: { finished: Finished[]; changed: Changed[]; seen: Array<{ runId: string; path: string; hash: string }>; workspace: Workspace }): { checkpoint: number; files: string[] } | undefined
  lastSeen(runId: string, path: string): string | undefined
}

interface JournalDeps {
  db: Db
  calls: ToolCallStore
  checkpoints: CheckpointStore
  blobs: BlobStore
}

/**
 * What keeps a tool call from being done twice or half. It owns the rows; who decides by looking at the disk is `recover-call.ts`.
 *
 * Invariants:
 * 1. No call with an effect starts before its intent, and the pre-image of the file it changes, are on disk.
 * 2. A call whose outcome is stored never runs again.
 * 3. Outcomes and the checkpoint of their files are one transaction with the step that holds the results.
 */
export function createJournal({ db, calls: store, checkpoints, blobs }: JournalDeps): Journal {
  const finish = ({ call, outcome }: Finished): void => {
    if (call.key) store.finish(call.key, { tool: call.prepared.tool, subjectHash: call.prepared.identity, outcome })
  }

  return {
    read(calls) {
      const rows = readRows(store, calls)
      return calls.map((call) => tell(call, call.key && rows.get(keyText(call.key))))
    },
    record(intended, finished) {
      const journaled = intended.filter(({ call }) => call.key)
      if (journaled.length === 0) return
      db.transaction(() => {
        for (const one of finished) finish(one)
        for (const { call, intent, before } of journaled) {
          if (!call.key) continue
          if (before) blobs.put(before)
          store.intend(call.key, { tool: call.prepared.tool, subjectHash: call.prepared.identity, intent })
        }
      })
    },
    finishSoon: (finished) => db.rideAlong(() => finish(finished)),
    commit({ finished, changed, seen, workspace }) {
      return db.transaction(() => {
        for (const one of finished) finish(one)
        for (const { runId, path, hash } of seen) store.noteSeen(runId, path, hash)
        const [first] = changed
        if (!first) return undefined
        const files = mergeChanges(changed.map(({ intent }) => intent))
        const checkpoint = checkpoints.add(first.key.taskId, workspace.root, files)
        for (const { key } of changed) store.putInCheckpoint(key, checkpoint)
        return { checkpoint, files: files.map(({ path }) => path) }
      })
    },
    lastSeen: store.lastSeen,
  }
}

function readRows(store: ToolCallStore, calls: BatchCall[]): Map<string, ToolCallRow> {
  const rows = new Map<string, ToolCallRow>()
  const batches = new Map<string, JournalKey>()
  const seen = new Set<string>()
  for (const { key } of calls) {
    if (!key) continue
    if (seen.has(keyText(key))) throw new RainyError('DUPLICATE_CALL_ID', `Two calls of a batch have the same place in it (${key.index}); give each its own.`)
    seen.add(keyText(key))
    batches.set(`${key.runId}/${key.inferStepId}`, key)
  }
  for (const key of batches.values()) {
    for (const row of store.ofBatch(key.runId, key.inferStepId)) rows.set(keyText({ ...key, index: row.index }), row)
  }
  return rows
}

function tell({ prepared }: BatchCall, row: ToolCallRow | undefined): Told {
  if (!row) return { state: 'new' }
  if (row.tool !== prepared.tool || row.subjectHash !== prepared.identity) {
    throw new RainyError('RUN_DIVERGED', `The journal has ${row.tool} where the run now asks for ${prepared.tool} with other arguments.`)
  }
  if (row.outcome) {
    const changed = row.intent?.effect === 'file' && row.checkpoint === null && row.outcome.filesModified.length > 0 ? row.intent : undefined
    return { state: 'finished', outcome: row.outcome, ...(changed ? { changed } : {}) }
  }
  return row.intent ? { state: 'begun', intent: row.intent } : { state: 'new' }
}

/** A file that several calls of a batch changed is in its checkpoint once: as it was before the first, as it is after the last. */
function mergeChanges(intents: FileIntent[]): CheckpointFile[] {
  const files = new Map<string, CheckpointFile>()
  for (const { path, before, beforeMode, after } of intents) {
    const earlier = files.get(path)
    files.set(path, earlier ? { ...earlier, after } : { path, before, beforeMode, after })
  }
  return [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function keyText({ runId, inferStepId, index }: JournalKey): string {
  return JSON.stringify([runId, inferStepId, index])
}

/** The stored half of a success: what the model is shown is made from it again. */
export function success(result: JsonValue, rest: { durationMs: number; summary: string; filesModified: string[] }): StoredOutcome {
  return { status: 'success', result, ...rest }
}
