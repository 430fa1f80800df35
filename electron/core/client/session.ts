import type { OperationInput, OperationName, RainyApi, StreamInput, StreamItem, StreamName } from '../../../shared/api.ts'
import { ConnectionLostError } from '../../../shared/channel-client.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { endOf } from '../../../shared/task-end.ts'
import { systemIds } from '../platform/ids.ts'
import { goOn } from './go-on.ts'
import { openLink } from './link.ts'
import type { Link } from './link.ts'
import type { Session, SessionOptions } from './types.ts'

/** How long the next owner may take to stand, after one died or left, in ms. */
const RELINK_LIMIT_MS = 15_000
/** How many owners in a row may die without an answer or an event between. */
const TAKEOVER_LIMIT = 5

/** Asking these twice does no harm. */
const REPEATABLE: ReadonlySet<OperationName> = new Set([
  'tasks.start',
  'tasks.list',
  'tasks.get',
  'tasks.diff',
  'tasks.resume',
  'tasks.cancel',
  'tasks.interrupt',
  'approvals.list',
  'tools.list',
  'models.list',
  'doctor',
  'status',
  'trust.get',
  'trust.set',
] satisfies OperationName[])

interface Followed {
  taskId: string
  hasEnded: boolean
}

/**
 * A surface's way to the core, whichever process it lives in; see {@link Session}. Invariants:
 * 1. There is one link at a time; all that ask while it is lost wait for the same next one.
 * 2. The next link stands only when the tasks that are followed here have been taken up: nobody sees them as interrupted.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  let link = await openLink(options)
  let relinking: Promise<void> | undefined
  let isClosed = false
  const followed = new Set<Followed>()

  function relink(lost: Link): Promise<void> {
    if (link !== lost) return Promise.resolve()
    relinking ??= findNext().finally(() => (relinking = undefined))
    return relinking
  }

  async function findNext(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const next = await openLink(options, RELINK_LIMIT_MS)
      try {
        for (const task of followed) if (!task.hasEnded) await goOn(next.api, task.taskId)
      } catch (error) {
        if (error instanceof ConnectionLostError && attempt < TAKEOVER_LIMIT) continue
        await next.leave({ now: true })
        throw error
      }
      link = next
      if (isClosed) return await next.leave({ now: true })
      stayLinked()
      // Of an owner that left because all was done there is nothing to tell.
      const goesOn = followed.size === 0 || [...followed].some(({ hasEnded }) => !hasEnded)
      if (next.role !== 'reader' && goesOn) options.onTakeover?.({ role: next.role, pid: next.pid })
      return
    }
  }

  /** What lives long becomes the owner as soon as there is none, not only when it is next asked for something. */
  function stayLinked(): void {
    if (options.kind !== 'command' && link.lost) void relinkAfter(link, link.lost)
  }

  async function relinkAfter(current: Link, lost: Promise<void>): Promise<void> {
    await lost
    if (isClosed) return
    try {
      await relink(current)
    } catch (error) {
      options.log?.error('no owner after the last one left', { error: String(error) })
    }
  }

  const call: RainyApi['call'] = async (name, given, callOptions) => {
    const input = repeatable(name, given)
    for (let attempt = 1; ; attempt += 1) {
      const used = link
      try {
        return await used.api.call(name, input, callOptions)
      } catch (error) {
        const mayRepeat = error instanceof ConnectionLostError && (error.notBegun || REPEATABLE.has(name))
        if (!mayRepeat || isClosed || attempt > TAKEOVER_LIMIT) throw error
        await relink(used)
      }
    }
  }

  /** One stream over any number of owners; a shell that ran in a dead one is gone with it. */
  async function* outliving<Item>(open: (api: RainyApi) => AsyncIterable<Item>, signal: AbortSignal | undefined): AsyncGenerator<Item, void> {
    let takeovers = 0
    for (;;) {
      const used = link
      try {
        for await (const item of open(used.api)) {
          takeovers = 0
          yield item
        }
        return
      } catch (error) {
        takeovers += 1
        if (!(error instanceof ConnectionLostError) || options.need !== 'drive' || isClosed || takeovers > TAKEOVER_LIMIT) throw error
        await relink(used)
        if (signal?.aborted) return
      }
    }
  }

  async function* follow(taskId: string, after: number, streamOptions: { signal?: AbortSignal }): AsyncGenerator<ProgressEvent, void> {
    let last = after
    for await (const event of outliving((api) => api.subscribe('tasks.follow', { taskId, after: last }, streamOptions), streamOptions.signal)) {
      if (event.seq <= last) continue
      last = event.seq
      yield event
    }
  }

  function subscribe<Name extends StreamName>(name: Name, input: StreamInput<Name>, streamOptions: { signal?: AbortSignal } = {}): AsyncIterable<StreamItem<Name>> {
    // The compiler does not see that this stream's items are progress events.
    if (name === 'tasks.follow' && 'taskId' in input) return follow(input.taskId, 'after' in input ? (input.after ?? 0) : 0, streamOptions) as unknown as AsyncIterable<StreamItem<Name>>
    if (name === 'terminal.output') return link.api.subscribe(name, input, streamOptions)
    return outliving((api) => api.subscribe(name, input, streamOptions), streamOptions.signal)
  }

  async function* followTask(taskId: string, { after = 0, signal }: { after?: number; signal?: AbortSignal } = {}): AsyncGenerator<ProgressEvent, void> {
    const task: Followed = { taskId, hasEnded: false }
    followed.add(task)
    try {
      for await (const event of follow(taskId, after, signal ? { signal } : {})) {
        task.hasEnded = endOf(event) ?? task.hasEnded
        yield event
      }
    } finally {
      followed.delete(task)
    }
  }

  stayLinked()
  return {
    api: { call, subscribe },
    get role() {
      return link.role
    },
    get pid() {
      return link.pid
    },
    followTask,
    async close({ now = false } = {}) {
      isClosed = true
      await link.leave({ now })
    },
  }
}

/** A start that names its task can be said again, to whoever is the owner then, without a second task. */
function repeatable<Name extends OperationName>(name: Name, input: OperationInput<Name>): OperationInput<Name> {
  return name === 'tasks.start' ? { taskId: systemIds.short(), ...input } : input
}
