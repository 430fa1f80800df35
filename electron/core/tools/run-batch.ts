import PQueue from 'p-queue'
import { RainyError } from '../../../shared/errors.ts'
import type { Intent, StoredOutcome } from '../store/tool-call-store.ts'
import type { Workspace } from '../workspace/types.ts'
import type { BatchEntry } from './batch-entry.ts'
import { createPlannedFiles } from './file-plan.ts'
import { intendFile, runFileCall } from './file-call.ts'
import type { Journal } from './journal.ts'
import { through, type Lanes } from './lanes.ts'
import { parseArgs } from './prepare-call.ts'
import { recoverCalls } from './recover-call.ts'
import type { Registry } from './registry.ts'
import { asCancelled, present, runCall } from './run-call.ts'
import type { BatchCall, BatchEnd, BatchOptions, BatchOutcome, ToolContext, ToolDefinition, ToolDeps } from './types.ts'

const CONCURRENCY_LIMIT = 10

export interface BatchContext {
  registry: Registry
  deps: ToolDeps
  journal: Journal
  lanes: Lanes
}

/**
 * Runs the calls of one answer. What may run at once does, with its neighbours; all else is a barrier: it waits for what stands
 * before it, and what stands after it waits. So a read after a write sees the write.
 */
export async function runBatch(context: BatchContext, calls: BatchCall[], options: BatchOptions): Promise<BatchEnd> {
  const { deps, journal } = context
  const { workspace, signal } = options
  const entries = readJournal(context, calls)
  const run = createRun(context, entries, options)
  await recoverCalls(entries.filter((entry) => entry.intent && !entry.end), { deps, workspace, signal })
  for (const entry of entries) if (entry.end) run.recovered(entry)

  if (!(options.stopWhenUnknown && entries.some((entry) => entry.end === 'unknown'))) {
    try {
      for (const group of groupsOf(entries, options.parallel)) await run.group(group)
    } catch (error) {
      run.keepWhatEnded()
      throw signal.aborted ? asCancelled(signal, error) : error
    }
  }
  return {
    outcomes: entries.map((entry) => toOutcome(entry)),
    commit: () =>
      journal.commit({
        finished: run.finished(),
        changed: entries.flatMap(({ call: { key }, changed }) => (key && changed ? [{ key, intent: changed }] : [])),
        seen: run.seen(),
        workspace,
      }),
  }
}

function readJournal({ registry, journal }: BatchContext, calls: BatchCall[]): BatchEntry[] {
  const told = journal.read(calls)
  return calls.map((call, index) => {
    const tool = registry.get(call.prepared.tool)
    const entry: BatchEntry = { index, call, tool, input: parseArgs(tool, call.prepared.args), stored: false, reruns: 0 }
    const say = told[index]
    if (say?.state === 'finished') Object.assign(entry, { end: say.outcome, stored: true, changed: say.changed })
    if (say?.state === 'begun') entry.intent = say.intent
    if (entry.intent && 'reruns' in entry.intent) entry.reruns = entry.intent.reruns
    return entry
  })
}

/** Neighbours that may run at once, or one call that may not. */
function groupsOf(entries: BatchEntry[], parallel: boolean): BatchEntry[][] {
  const groups: BatchEntry[][] = []
  for (const entry of entries) {
    if (entry.end) continue
    const before = groups.at(-1)
    if (parallel && entry.tool.parallel && before?.[0]?.tool.parallel && before.at(-1)?.index === entry.index - 1) before.push(entry)
    else groups.push([entry])
  }
  return groups
}

interface Run {
  group(entries: BatchEntry[]): Promise<void>
  /** Takes up a call that ended in an earlier life. */
  recovered(entry: BatchEntry): void
  /** A batch that was cancelled is not committed with its step: what has ended is kept all the same. */
  keepWhatEnded(): void
  finished(): Array<{ call: BatchCall; outcome: StoredOutcome }>
  seen(): Array<{ runId: string; path: string; hash: string }>
}

function createRun(context: BatchContext, entries: BatchEntry[], options: BatchOptions): Run {
  const { deps, journal, lanes } = context
  const { workspace, signal } = options
  const queue = new PQueue({ concurrency: Math.max(1, Math.min(CONCURRENCY_LIMIT, options.maxConcurrency)) })
  const seen = new Map<string, { runId: string; path: string; hash: string }>()
  const intended = new Set<BatchEntry>()

  const finished = (): Array<{ call: BatchCall; outcome: StoredOutcome }> =>
    // What found the disk full did nothing: it is done again once there is space.
    entries.flatMap(({ call, end, stored }) => (end && end !== 'unknown' && !stored && !isDiskFull(end) ? [{ call, outcome: end }] : []))

  const tell = (entry: BatchEntry): void => options.onFinished(entry.index, toOutcome(entry))

  const noteSeen = (entry: BatchEntry, path: string, hash: string): void => {
    const runId = entry.call.key?.runId
    if (runId !== undefined) seen.set(JSON.stringify([runId, path]), { runId, path, hash })
  }
  const lastSeen = (entry: BatchEntry, path: string): string | undefined => {
    const runId = entry.call.key?.runId
    return runId === undefined ? undefined : (seen.get(JSON.stringify([runId, path]))?.hash ?? journal.lastSeen(runId, path))
  }

  /**
   * Intents of a call that is about to run and of those after it that are known by now: up to the first whose own work may change
   * what the others will find. A batch without a command in its middle takes one flush.
   */
  const intend = async (from: BatchEntry): Promise<void> => {
    if (from.tool.effect === 'none' || intended.has(from) || !from.call.key) return
    const planned = createPlannedFiles(deps)
    const fresh: Array<Parameters<Journal['record']>[0][number]> = []
    for (const entry of entries.slice(entries.indexOf(from))) {
      const { tool, call } = entry
      if (entry.end || tool.effect === 'none') continue
      if (tool.effect === 'commit' && entry !== from) break
      intended.add(entry)
      if ('plan' in tool) {
        const file = await intendFile({ entry, tool, planned, workspace, signal })
        if (file) fresh.push({ call, ...file })
        continue
      }
      const intent = await intentOf(entry, tool, { workspace, signal })
      entry.intent = intent
      fresh.push({ call, intent })
      break
    }
    journal.record(fresh, finished())
  }

  const runEntry = async (entry: BatchEntry): Promise<void> => {
    const { tool, call, index } = entry
    const lane = tool.category === 'execute' ? 'commands' : 'tools'
    await lanes.run(lane, signal, async () => {
      options.onStarted(index)
      entry.end = await runCall({
        tool,
        clock: deps.clock,
        log: deps.log,
        signal,
        timeoutMs: tool.timeoutOf?.(entry.input) ?? tool.timeoutMs,
        async work(callSignal) {
          await intend(entry)
          if ('plan' in tool) {
            return lanes.write(workspace.root, callSignal, async () =>
              runFileCall({ entry, tool, deps, journal, workspace, signal: callSignal, lastSeen: (path) => lastSeen(entry, path), noteSeen: (path, hash) => noteSeen(entry, path, hash) }),
            )
          }
          const toolContext: ToolContext = {
            workspace,
            signal: callSignal,
            onOutput: (text) => options.onOutput(index, text),
            noteRead: (path, hash) => noteSeen(entry, path, hash),
            ...(call.key ? { taskId: call.key.taskId } : {}),
          }
          return { result: await runOrLook(entry, tool, toolContext), filesModified: [] }
        },
      })
      // At once, whether the watcher has begun or not. What a command changed nobody knows.
      if (tool.effect !== 'none') deps.caches.invalidate(workspace.root, tool.effect === 'file' ? entry.end.filesModified : null)
      if (tool.effect !== 'none' && tool.effect !== 'file' && index < entries.length - 1 && !isDiskFull(entry.end)) journal.finishSoon({ call, outcome: entry.end })
      tell(entry)
    })
  }

  return {
    recovered(entry) {
      if (entry.changed) noteSeen(entry, entry.changed.path, entry.changed.after)
      tell(entry)
    },
    finished,
    seen: () => [...seen.values()],
    keepWhatEnded() {
      const kept = finished().filter(({ call }) => call.prepared.info.effect !== 'none' && call.prepared.info.effect !== 'file')
      for (const one of kept) journal.finishSoon(one)
    },
    async group(group) {
      const ends = await Promise.allSettled(group.map(async (entry) => through(queue, signal, async () => runEntry(entry))))
      const failure = ends.find((end) => end.status === 'rejected')
      if (failure) throw failure.reason
    },
  }
}

function isDiskFull(end: StoredOutcome): boolean {
  return end.status === 'error' && end.error.code === 'DISK_FULL'
}

async function intentOf({ input, reruns }: BatchEntry, tool: ToolDefinition, where: { workspace: Workspace; signal: AbortSignal }): Promise<Intent> {
  switch (tool.effect) {
    case 'commit':
      return { effect: 'commit', data: (await tool.journal?.intent(input, where)) ?? null, reruns }
    case 'external':
      return { effect: 'external', reruns }
    case 'repeatable':
      return { effect: 'repeatable' }
    case 'none':
      throw new Error(`${tool.name} has no effect to journal`)
    default:
      return tool.effect satisfies never
  }
}

/** A thread that died under a commit leaves it open whether that was made: its own way of looking tells. */
async function runOrLook({ input, intent }: BatchEntry, tool: ToolDefinition, context: ToolContext): Promise<unknown> {
  try {
    return await tool.run(input, context)
  } catch (error) {
    if (!tool.journal || intent?.effect !== 'commit' || !(error instanceof RainyError) || error.code !== 'WORKER_CRASHED') throw error
    const looked = await tool.journal.recover(input, intent.data, context)
    if (looked.state === 'done') return looked.result
    throw error
  }
}

function toOutcome({ end, tool, reruns }: BatchEntry): BatchOutcome {
  if (end === 'unknown') return { status: 'unknown', doubt: reruns + 1 }
  if (end?.status === 'success') return { ...end, content: present(tool, end.result) }
  if (end) return end
  const error = new RainyError('CANCELLED', 'The call did not run: an earlier one of its batch waits for a decision.')
  return { status: 'error', error: { code: error.code, message: error.message }, durationMs: 0, filesModified: [] }
}
