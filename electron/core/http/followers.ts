import type { RainyApi, StreamItem, StreamName } from '../../../shared/api.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { endOf, hasEnded } from '../../../shared/task-end.ts'

export interface Followers {
  /** The same core; what is asked of it through here is counted. */
  api: RainyApi
  /** Resolves when no call is in flight and every followed task has come to an end, or its follower has left. */
  settled(): Promise<void>
}

/** Knows whether anyone attached still depends on this process. */
export function trackFollowers(api: RainyApi): Followers {
  const open = new Set<symbol>()
  let waiting: Array<() => void> = []

  function hold(id: symbol, isOpen: boolean): void {
    if (isOpen) open.add(id)
    else open.delete(id)
    if (open.size > 0) return
    const due = waiting
    waiting = []
    for (const resolve of due) resolve()
  }

  async function* follow<Name extends StreamName>(taskId: string, source: AsyncIterable<StreamItem<Name>>): AsyncGenerator<StreamItem<Name>, void> {
    const id = Symbol(taskId)
    let heard = false
    hold(id, true)
    // A task that ended before `after` sends nothing that would tell so.
    void api.call('tasks.get', { taskId }).then(
      ({ status }) => !heard && open.has(id) && hold(id, !hasEnded(status)),
      () => !heard && hold(id, false),
    )
    try {
      for await (const item of source) {
        heard = true
        // This is `tasks.follow`, whose items are progress events.
        const ended = endOf(item as ProgressEvent)
        if (ended === false) hold(id, true)
        yield item
        // Only now has the follower been given it.
        if (ended === true) hold(id, false)
      }
    } finally {
      heard = true
      hold(id, false)
    }
  }

  return {
    api: {
      async call(name, input, options) {
        const id = Symbol(name)
        hold(id, true)
        try {
          return await api.call(name, input, options)
        } finally {
          hold(id, false)
        }
      },
      subscribe(name, input, options) {
        const source = api.subscribe(name, input, options)
        return name === 'tasks.follow' && 'taskId' in input ? follow(input.taskId, source) : source
      },
    },
    settled: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
