import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { Limits } from '../../../shared/tasks.ts'
import type { ToolOutcome } from '../../../shared/tools.ts'
import type { Clock } from '../platform/clock.ts'
import { createDisposables } from '../platform/disposables.ts'
import type { Ids } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { createBlobStore } from '../store/blob-store.ts'
import { createCheckpointStore } from '../store/checkpoint-store.ts'
import type { Db } from '../store/database.ts'
import { createToolCallStore } from '../store/tool-call-store.ts'
import type { Workspace } from '../workspace/types.ts'
import type { LanguageServers } from './analysis/types.ts'
import { createToolCaches } from './cache.ts'
import { createJournal } from './journal.ts'
import { createLanes } from './lanes.ts'
import { prepareCall } from './prepare-call.ts'
import { createRegistry } from './registry.ts'
import { runBatch, type BatchContext } from './run-batch.ts'
import { asCancelled } from './run-call.ts'
import { createTaskDiff } from './task-diff.ts'
import type { Terminals } from './terminal/types.ts'
import { createToolThread } from './tool-thread-client.ts'
import type { BatchOutcome, Executor, ToolDeps } from './types.ts'

const READ_CHUNK = 20
const READS_AT_ONCE = 10
/** A workspace is watched once it has been worked in for this long: a short command does not pay for it. */
const WATCH_AFTER_MS = 2000

export interface CreateToolsOptions {
  db: Db
  clock: Clock
  ids: Ids
  log: Log
  /** The entry of the tool thread: `tool-thread.ts`, or what it was built to. */
  toolThreadEntry: URL
  terminals: Terminals
  languageServers: LanguageServers
  limits: Pick<Limits, 'maxConcurrentTools' | 'maxConcurrentCommands'>
}

/** All tools, and the one way to run them. */
export function createTools({ db, clock, ids, log, toolThreadEntry, terminals, languageServers, limits }: CreateToolsOptions): Executor {
  const disposables = createDisposables()
  const caches = createToolCaches()
  const deps: ToolDeps = { clock, ids, log, caches, terminals, languageServers }
  const toolThread = createToolThread({ entry: toolThreadEntry, clock, log })
  disposables.add(toolThread.dispose)
  const registry = createRegistry(deps, toolThread)
  const blobs = createBlobStore(db)
  const checkpoints = createCheckpointStore(db, clock)
  const calls = createToolCallStore(db, blobs, clock)
  const journal = createJournal({ db, calls, checkpoints, blobs })
  const context: BatchContext = { registry, deps, journal, lanes: createLanes(limits) }
  const diff = createTaskDiff({ blobs, checkpoints, calls })

  const watched = new WeakSet<Workspace>()
  const watch = (workspace: Workspace): void => {
    if (watched.has(workspace)) return
    watched.add(workspace)
    disposables.add(clock.after(WATCH_AFTER_MS, () => void disposables.add(workspace.onChanged((paths) => caches.invalidate(workspace.root, paths)))))
  }

  const executor: Executor = {
    list: registry.list,
    async prepare(tool, args, workspace, signal) {
      return prepareCall({ registry, deps, workspace, signal }, tool, args)
    },
    async batch(batch, options) {
      watch(options.workspace)
      return runBatch(context, batch, options)
    },
    async runOne(tool, args, workspace, { signal, onOutput = () => undefined }) {
      try {
        const prepared = await executor.prepare(tool, args, workspace, signal)
        const end = await executor.batch([{ prepared }], {
          workspace,
          signal,
          parallel: false,
          maxConcurrency: 1,
          onOutput: (_, text) => onOutput(text),
          onStarted: () => undefined,
          onFinished: () => undefined,
        })
        return toToolOutcome(end.outcomes[0])
      } catch (error) {
        return { error: toErrorBody(signal.aborted ? asCancelled(signal, error) : error) }
      }
    },
    async batchRead(files, workspace, { chunkSize = READ_CHUNK, signal }) {
      const outcomes: ToolOutcome[] = []
      for (let start = 0; start < files.length; start += chunkSize) {
        const chunk = files.slice(start, start + chunkSize)
        outcomes.push(...(await readChunk(executor, chunk, workspace, signal)))
      }
      return outcomes
    },
    diffOfTask: diff.diff,
    changesOfTask: diff.changes,
    checkpointsOfTask: checkpoints.list,
    dispose: disposables.dispose,
  }
  return executor
}

async function readChunk(executor: Executor, files: string[], workspace: Workspace, signal: AbortSignal): Promise<ToolOutcome[]> {
  const prepared = await Promise.all(
    files.map(async (path) => executor.prepare('read_file', { path } satisfies JsonValue, workspace, signal).catch((error: unknown) => ({ error: toErrorBody(error) }))),
  )
  const calls = prepared.flatMap((one) => ('error' in one ? [] : [{ prepared: one }]))
  const end = await executor.batch(calls, {
    workspace,
    signal,
    parallel: true,
    maxConcurrency: READS_AT_ONCE,
    onOutput: () => undefined,
    onStarted: () => undefined,
    onFinished: () => undefined,
  })
  const outcomes = [...end.outcomes]
  return prepared.map((one) => ('error' in one ? one : toToolOutcome(outcomes.shift())))
}

function toToolOutcome(outcome: BatchOutcome | undefined): ToolOutcome {
  if (outcome?.status === 'success') return { result: outcome.result }
  if (outcome?.status === 'error') return { error: outcome.error }
  return { error: toErrorBody(new RainyError('OUTCOME_UNKNOWN', 'Nobody saw how the call ended.')) }
}
