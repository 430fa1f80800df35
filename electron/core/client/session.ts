import type { OperationName } from '../../../shared/api.ts'
import { ConnectionLostError } from '../../../shared/channel-client.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { endOf } from '../../../shared/task-end.ts'
import { openLink } from './link.ts'
import type { Link } from './link.ts'
import type { Session, SessionOptions } from './types.ts'

/** How long the next owner may take to stand, after one died or left, in ms. */
const RELINK_LIMIT_MS = 15_000
/** How many owners in a row may die without one event of progress between. */
const TAKEOVER_LIMIT = 5

/** Asking these twice does no harm. */
const REPEATABLE: ReadonlySet<OperationName> = new Set([
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

/** A surface's way to the core, whichever process it lives in; see {@link Session}. */
export async function openSession(options: SessionOptions): Promise<Session> {
  let link = await openLink(options)
  let relinking: Promise<Link> | undefined
  let isClosed = false

  /** The way to the core after `lost` was lost: found once, however many ask. */
  function relink(lost: Link): Promise<Link> {
    if (link !== lost) return Promise.resolve(link)
    relinking ??= openLink(options, RELINK_LIMIT_MS)
      .then((next) => {
        link = next
        if (isClosed) return next.leave({ now: true }).then(() => next)
        stayLinked()
        if (next.role !== 'reader') options.onTakeover?.({ role: next.role, pid: next.pid })
        return next
      })
      .finally(() => (relinking = undefined))
    return relinking
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

  async function* followTask(taskId: string, { after = 0, signal }: { after?: number; signal?: AbortSignal } = {}): AsyncGenerator<ProgressEvent, void> {
    let last = after
    let hasEnded = false
    let takeovers = 0
    for (;;) {
      const used = link
      try {
        for await (const event of used.api.subscribe('tasks.follow', { taskId, after: last }, signal ? { signal } : {})) {
          if (event.seq <= last) continue
          last = event.seq
          takeovers = 0
          hasEnded = endOf(event) ?? hasEnded
          yield event
        }
        return
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || options.need !== 'drive' || isClosed) throw error
        takeovers += 1
        if (takeovers > TAKEOVER_LIMIT) throw error
        await relink(used)
        if (signal?.aborted) return
        if (!hasEnded) await goOn(taskId)
      }
    }
  }

  /** The new owner drives the task, unless it already does or somebody has ended it meanwhile. */
  async function goOn(taskId: string): Promise<void> {
    try {
      await api.call('tasks.resume', { taskId })
    } catch (error) {
      if (!(error instanceof RainyError && error.code === 'NOT_RESUMABLE')) throw error
    }
  }

  const api: Session['api'] = {
    async call(name, input, callOptions) {
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
    },
    subscribe: (name, input, subscribeOptions) => link.api.subscribe(name, input, subscribeOptions),
  }

  stayLinked()
  return {
    api,
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
