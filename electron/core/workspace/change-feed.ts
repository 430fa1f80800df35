import type { AsyncSubscription } from '@parcel/watcher'
import { basename } from 'node:path'
import type { Log } from '../platform/log.ts'
import { toRelative } from './path-text.ts'
import { TEMPORARY_PREFIX } from './replace-file.ts'

/** Folders that change a lot and that no cached answer speaks of. */
const UNWATCHED = ['**/node_modules/**', '**/.git/objects/**']
/** More paths at once than this are told as "anything may have changed". */
const PATHS_PER_NOTICE = 1000

export interface ChangeFeed {
  subscribe(listener: (relativePaths: string[] | null) => void): Disposable
  note(relativePaths: string[] | null): void
  dispose(): Promise<void>
}

/**
 * Tells of changes below a folder: at once of our own writes, and through a watcher of everyone else's. The watcher starts with the
 * first listener. Where it cannot watch (too many folders, a network disk, no native part) the log says so and only our own
 * writes are told: caches then live by their age and by looking at the disk.
 */
export function createChangeFeed({ root, log }: { root: string; log: Log }): ChangeFeed {
  const listeners = new Set<(relativePaths: string[] | null) => void>()
  let watching: Promise<AsyncSubscription | undefined> | undefined
  let ended = false

  const note = (relativePaths: string[] | null): void => {
    for (const listener of listeners) listener(relativePaths)
  }
  const noteOthers = (absolute: string[]): void => {
    const paths = absolute.filter((path) => !basename(path).startsWith(TEMPORARY_PREFIX)).map((path) => toRelative(root, path))
    if (paths.length > 0) note(paths)
  }
  const cannotWatch = (error: unknown): undefined => {
    log.warn('The file watcher cannot watch this workspace; changes by other programs are seen only by looking.', { root, error: String(error) })
    note(null)
  }
  const start = async (): Promise<AsyncSubscription | undefined> => {
    try {
      const { subscribe } = await import('@parcel/watcher')
      return await subscribe(
        root,
        (error, events) => {
          if (ended) return
          if (error) cannotWatch(error)
          else if (events.length > PATHS_PER_NOTICE) note(null)
          else noteOthers(events.map((event) => event.path))
        },
        { ignore: UNWATCHED },
      )
    } catch (error) {
      return cannotWatch(error)
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      if (!ended) watching ??= start()
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    note,
    async dispose() {
      ended = true
      listeners.clear()
      await (await watching)?.unsubscribe()
    },
  }
}
