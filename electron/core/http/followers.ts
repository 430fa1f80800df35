import type { RainyApi, StreamItem, StreamName } from '../../../shared/api.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { endOf } from '../../../shared/task-end.ts'
import { systemClock } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'

/** How long the last events of a task that does not move any more may take to reach its follower, in ms. */
const LAST_EVENTS_MS = 100

export interface Followers {
  /** The same core; what is asked of it through here is counted. */
  api: RainyApi
  /**
   * Resolves when no call is in flight and no followed task moves. A parked one does not: it is on disk, and whoever decides
   * it can carry it on.
   */
  settled(): Promise<void>
}

interface Following {
  taskId: string
  /** Its follower has been given the event that ends it. */
  hasEnded: boolean
}

/** Knows whether anyone attached still depends on this process. */
export function trackFollowers(api: RainyApi, clock: Clock = systemClock): Followers {
  const follows = new Set<Following>()
  let calls = 0
  let changed = Promise.withResolvers<void>()

  function note(): void {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  async function* follow<Name extends StreamName>(taskId: string, source: AsyncIterable<StreamItem<Name>>): AsyncGenerator<StreamItem<Name>, void> {
    const following: Following = { taskId, hasEnded: false }
    follows.add(following)
    try {
      for await (const item of source) {
        yield item
        // Only now has the follower been given it. This is `tasks.follow`, whose items are progress events.
        const event = item as ProgressEvent
        following.hasEnded = endOf(event) ?? following.hasEnded
        if (event.type === 'status' || event.type === 'parked' || following.hasEnded) note()
      }
    } finally {
      follows.delete(following)
      note()
    }
  }

  async function isAnyMoving(): Promise<boolean> {
    const taskIds = new Set([...follows].map(({ taskId }) => taskId))
    const moving = await Promise.all([...taskIds].map((taskId) => isMoving(api, taskId)))
    return calls > 0 || moving.includes(true)
  }

  return {
    api: {
      async call(name, input, options) {
        calls += 1
        try {
          return await api.call(name, input, options)
        } finally {
          calls -= 1
          note()
        }
      },
      subscribe(name, input, options) {
        const source = api.subscribe(name, input, options)
        return name === 'tasks.follow' && 'taskId' in input ? follow(input.taskId, source) : source
      },
    },
    async settled() {
      for (;;) {
        const next = changed.promise
        if (await isAnyMoving()) {
          await next
          continue
        }
        if ([...follows].every(({ hasEnded }) => hasEnded)) return
        await Promise.race([next, clock.sleep(LAST_EVENTS_MS)])
        if (changed.promise === next) return
      }
    },
  }
}

async function isMoving(api: RainyApi, taskId: string): Promise<boolean> {
  try {
    const { status } = await api.call('tasks.get', { taskId })
    return status === 'queued' || status === 'running' || status === 'waiting'
  } catch {
    // What cannot be looked at (an ID that is none) cannot be waited for.
    return false
  }
}
