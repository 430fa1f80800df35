import type { RainyApi } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { listenLocal } from '../http/socket.ts'
import type { LocalServer } from '../http/socket.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { acquireOwnership, currentOwner } from '../store/ownership.ts'
import type { OwnerInfo, Ownership } from '../store/ownership.ts'
import type { SessionCore, SessionOptions } from './types.ts'

// Loaded only when nobody answers: it brings SQLite with it.

export interface Owned {
  core: SessionCore
  leave(options: { now: boolean }): Promise<void>
}

export function livingOwner({ paths, clock = systemClock }: SessionOptions): OwnerInfo | undefined {
  return currentOwner(paths, clock)
}

/** Takes the right to write, builds the core and lets others attach. Null: another process is the owner. */
export async function tryOwn(options: SessionOptions): Promise<Owned | null> {
  const { paths, kind, clock = systemClock, version, log } = options
  const ownership = acquireOwnership({ paths, kind, clock, version, ...(log ? { log } : {}) })
  if (!ownership) return null
  tell(options, ownership)
  // Others can attach at once and wait for the core with us, instead of finding a lock and nobody there.
  const building = build(options, ownership)
  const listening = listen(options, whenBuilt(building))
  try {
    const core = await building
    const server = await listening
    return {
      core,
      async leave({ now }) {
        if (!now) await untilUnneeded(core, server)
        await server?.close()
        await core.dispose()
      },
    }
  } catch (error) {
    await (await listening)?.close()
    ownership.release()
    throw error
  }
}

async function build(options: SessionOptions, ownership: Ownership): Promise<SessionCore> {
  const { paths, env, kind, version, files, workspace, need, log } = options
  return await options.createCore({ paths, env, ownership, files, version, workspace, adopt: kind === 'command' ? 'own' : 'all', warm: need === 'drive', ...(log ? { log } : {}) })
}

function whenBuilt(building: Promise<SessionCore>): RainyApi {
  return {
    call: async (name, input, options) => await (await building).api.call(name, input, options),
    async *subscribe(name, input, options) {
      yield* (await building).api.subscribe(name, input, options)
    },
  }
}

function tell({ paths, onNotice }: SessionOptions, { putAside, lostTail }: Ownership): void {
  if (putAside !== undefined) onNotice?.(`The database was damaged. It was put aside, whole, as ${putAside}; a new one was begun.`)
  if (lostTail) {
    const missing = lostTail.expected.events - lostTail.found.events
    onNotice?.(`The database ${paths.database} is older than it was: ${missing > 0 ? `at least ${missing} events` : 'what was stored last'} of it are missing. Restored from a copy, or damaged by the disk?`)
  }
}

/** Without a socket others cannot attach (and are told ALREADY_RUNNING), but this process's own work goes on. */
async function listen({ paths, version, workspace, env, clock, log = silentLog }: SessionOptions, api: RainyApi): Promise<LocalServer | undefined> {
  try {
    const hasKey = (name: string): boolean => (env[name] ?? '') !== ''
    return await listenLocal({ paths, api, hello: { version, workspace, hasKey }, ...(clock ? { clock } : {}) })
  } catch (error) {
    log.warn('other commands cannot attach', { error: error instanceof RainyError ? error.message : String(error) })
    return undefined
  }
}

/** Nothing moves and nobody depends on it, both at the same moment. */
async function untilUnneeded(core: SessionCore, server: LocalServer | undefined): Promise<void> {
  do {
    await core.idle()
    await server?.settled()
  } while (!(await isNow(core.idle())))
}

async function isNow(event: Promise<void>): Promise<boolean> {
  return await Promise.race([event.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])
}
