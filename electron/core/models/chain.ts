import { RainyError } from '../../../shared/errors.ts'
import type { ModelAnswer } from '../../../shared/model.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

export const TRIES_PER_MODEL = 3
const BACKOFF_MS = 500
/** A longer wait is the workflow's: it costs no slot and survives a restart. */
export const WAIT_IN_PLACE_LIMIT_MS = 5_000

const TRIED_AGAIN = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_RATE_LIMITED', 'PROVIDER_OVERLOADED', 'PROVIDER_BAD_RESPONSE', 'STREAM_TRUNCATED'])
/** What a step can wait out stands before what it cannot. */
const WORTH_WAITING = ['PROVIDER_RATE_LIMITED', 'PROVIDER_UNREACHABLE', 'PROVIDER_OVERLOADED', 'STREAM_TRUNCATED', 'PROVIDER_BAD_RESPONSE']

export interface ChainDeps {
  clock: Clock
  log: Log
  /** One request to one model. */
  ask(model: string, attempt: number): Promise<ModelAnswer>
}

function toRainyError(error: unknown): RainyError {
  if (error instanceof RainyError) return error
  return new RainyError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
}

function retryAtOf(error: RainyError): number | undefined {
  const at = error.details?.['retryAt']
  return typeof at === 'number' ? at : undefined
}

/** How long to wait before this model is asked again; undefined: not at all. */
function waitBefore(error: RainyError, tries: number, now: number): number | undefined {
  if (tries >= TRIES_PER_MODEL || !TRIED_AGAIN.has(error.code) || error.details?.['final'] === true) return undefined
  const retryAt = retryAtOf(error)
  const wait = retryAt === undefined ? BACKOFF_MS * 2 ** (tries - 1) : Math.max(0, retryAt - now)
  return wait <= WAIT_IN_PLACE_LIMIT_MS ? wait : undefined
}

/** Of all that failed, the error that says most about what to do: the rate limit that ends first, then what may pass by itself. */
function worthTelling(failures: ReadonlyArray<{ model: string; error: RainyError }>): RainyError {
  const rank = ({ error }: { error: RainyError }): number => {
    const place = WORTH_WAITING.indexOf(error.code)
    return place < 0 || error.details?.['final'] === true ? WORTH_WAITING.length : place
  }
  const best = failures.toSorted((a, b) => rank(a) - rank(b) || (retryAtOf(a.error) ?? Infinity) - (retryAtOf(b.error) ?? Infinity))[0]
  if (!best) throw new Error('a chain of models is never empty')
  if (failures.length === 1) return best.error
  const tried = failures.map(({ model, error }) => ({ model, code: error.code, message: error.message }))
  return new RainyError(best.error.code, `${best.error.message} (Also tried: ${tried.filter(({ model }) => model !== best.model).map(({ model, code }) => `${model}: ${code}`).join(', ')}.)`, {
    details: { ...best.error.details, tried },
    cause: best.error.cause,
  })
}

/** Asks the models of a chain in turn: each up to three times, the next only after the one before failed for good. */
export async function askChain(chain: readonly string[], signal: AbortSignal, { clock, log, ask }: ChainDeps): Promise<ModelAnswer> {
  const failures: Array<{ model: string; error: RainyError }> = []
  let attempt = 0
  for (const model of chain) {
    for (let tries = 1; ; tries += 1) {
      attempt += 1
      try {
        return await ask(model, attempt)
      } catch (thrown) {
        const error = toRainyError(thrown)
        if (signal.aborted || error.code === 'CANCELLED') throw new RainyError('CANCELLED', 'The model call was stopped.')
        log.warn('a model call failed', { model, attempt, code: error.code, message: error.message })
        const wait = waitBefore(error, tries, clock.now())
        if (wait === undefined) {
          failures.push({ model, error })
          break
        }
        await clock.sleep(wait, signal).catch(() => {
          throw new RainyError('CANCELLED', 'The model call was stopped.')
        })
      }
    }
  }
  throw worthTelling(failures)
}
