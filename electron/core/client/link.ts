import type { RainyApi } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { systemClock } from '../platform/clock.ts'
import { attach } from './attach.ts'
import type { SessionOptions } from './types.ts'

/** How long a living owner may take to answer, in ms; also how long one may take to start. */
const OPEN_LIMIT_MS = 5000
const RETRY_MS = 20

/** Variables that define a provider by themselves. Contract part 5. */
const PROVIDER_KEYS = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'GROQ_API_KEY']

/** How a session reaches the core at the moment. */
export interface Link {
  role: 'owner' | 'client' | 'reader'
  api: RainyApi
  pid: number
  /** Of a client: the owner is gone. */
  lost?: Promise<void>
  leave(options: { now: boolean }): Promise<void>
}

/**
 * The living owner's socket first, without loading SQLite. Nobody there: reads are read from the store, all else takes the
 * ownership. Whoever loses a race attaches to the winner, in a bound.
 */
export async function openLink(options: SessionOptions, limitMs = options.openLimitMs ?? OPEN_LIMIT_MS): Promise<Link> {
  const { paths, need, version, clock = systemClock } = options
  const keyNames = [...new Set([...PROVIDER_KEYS, ...(options.keyEnvNames ?? [])])].filter((name) => (options.env[name] ?? '') !== '')
  const deadline = clock.now() + limitMs
  for (;;) {
    const found = await attach({ paths, version, keyNames, answerMs: limitMs })
    if (typeof found === 'object') return { role: 'client', api: found.client, pid: found.pid, lost: found.client.closed, leave: async () => found.client.close() }
    const { livingOwner, tryOwn } = await import('./own.ts')
    if (found === 'silent') throw alreadyRunning(livingOwner(options)?.pid)
    if (need === 'read') {
      if (!livingOwner(options)) return await readLink(options)
    } else {
      const owned = await tryOwn(options)
      if (owned) return { role: 'owner', api: owned.core.api, pid: process.pid, leave: owned.leave }
    }
    if (clock.now() >= deadline) throw alreadyRunning(livingOwner(options)?.pid)
    await clock.sleep(RETRY_MS)
  }
}

async function readLink({ createReader, paths }: SessionOptions): Promise<Link> {
  const reader = await createReader({ paths })
  return { role: 'reader', api: reader.api, pid: 0, leave: async () => void (await reader.dispose()) }
}

function alreadyRunning(pid: number | undefined): RainyError {
  const who = pid ? `process ${pid}` : 'another process'
  return new RainyError('ALREADY_RUNNING', `Rainy Brain is running (${who}) but does not answer; wait for it, or end it and try again.`, { details: { pid: pid ?? null } })
}
