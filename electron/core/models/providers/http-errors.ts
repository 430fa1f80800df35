import { RainyError, type ErrorCode } from '../../../../shared/errors.ts'
import { withoutSecrets } from '../secrets.ts'

/** What a provider answered instead of an answer. */
export interface HttpFailure {
  /** Undefined: it came in the middle of a stream. */
  status: number | undefined
  code: string | undefined
  type: string | undefined
  message: string
  header(name: string): string | undefined
}

export interface FailureContext {
  provider: string
  model: string
  key: string | undefined
  keyEnv: string | undefined
  now: number
}

const CONTEXT = /context[ _](length|window|size)|maximum context|prompt is too long|too many (input )?tokens|reduce the length|exceeds? the (available )?context|request too large/i
const UNKNOWN_MODEL = /model[^.]{0,80}(not found|does not exist|not exist|unknown|invalid)|(unknown|invalid|no such) model/i
const MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `6m0s`, `1.5s`, `20ms`: how OpenAI and Groq write durations. */
function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  return parts.length === 0 ? undefined : parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (MS[unit ?? ''] ?? 0), 0)
}

/** When it may be asked again, ms since 1970, where the answer says so in one of the ways in use. */
export function retryAtOf({ header, message }: Pick<HttpFailure, 'header' | 'message'>, now: number): number | undefined {
  const ms = Number(header('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(now + ms)
  const after = header('retry-after')?.trim()
  if (after !== undefined && after !== '') {
    const seconds = Number(after)
    const at = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(after)
    if (Number.isFinite(at)) return Math.ceil(Math.max(now, at))
  }
  for (const kind of ['requests', 'tokens']) {
    if (header(`x-ratelimit-remaining-${kind}`) !== '0') continue
    const reset = parseDuration(header(`x-ratelimit-reset-${kind}`) ?? '')
    if (reset !== undefined) return Math.ceil(now + reset)
  }
  const named = /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)/i.exec(message)?.[1]
  const wait = named === undefined ? undefined : parseDuration(named)
  return wait === undefined ? undefined : Math.ceil(now + wait)
}

function codeOf({ status, code, type, message }: HttpFailure): ErrorCode {
  const named = `${code ?? ''} ${type ?? ''}`
  if (status === 401 || status === 402 || status === 403) return 'PROVIDER_AUTH'
  // Paid up: asking again cannot help, a person must.
  if (/insufficient_quota|billing/.test(named)) return 'PROVIDER_AUTH'
  if (/context_length_exceeded|context_too_long|string_above_max_length/.test(named) || status === 413) return 'CONTEXT_TOO_LONG'
  if ((status === 400 || status === 422 || status === undefined) && CONTEXT.test(message)) return 'CONTEXT_TOO_LONG'
  if (status === 429 || /rate_limit/.test(named)) return 'PROVIDER_RATE_LIMITED'
  if (status === 404 || /model_not_found|model_decommissioned/.test(named) || (status === 400 && UNKNOWN_MODEL.test(message))) return 'MODEL_UNKNOWN'
  if (status === undefined) return /overloaded|unavailable|server_error/.test(named) ? 'PROVIDER_OVERLOADED' : 'PROVIDER_BAD_RESPONSE'
  return status >= 500 || status === 408 || status === 409 || status === 425 ? 'PROVIDER_OVERLOADED' : 'PROVIDER_BAD_RESPONSE'
}

function adviceFor(code: ErrorCode, { provider, model, keyEnv }: FailureContext): string {
  switch (code) {
    case 'PROVIDER_AUTH':
      return `Provider ${provider} refused the key${keyEnv ? ` in ${keyEnv}` : ''}: set one that is valid and paid for.`
    case 'MODEL_UNKNOWN':
      return `Provider ${provider} has no model ${model}: check the name, and the provider's base URL.`
    case 'CONTEXT_TOO_LONG':
      return `The conversation is longer than ${provider}/${model} takes: use a model with a larger context or start a new task.`
    case 'PROVIDER_RATE_LIMITED':
      return `Provider ${provider} limits the rate of requests for now.`
    case 'PROVIDER_OVERLOADED':
      return `Provider ${provider} cannot answer at the moment.`
    default:
      return `Provider ${provider} did not take the request.`
  }
}

/** An error status, or an error in a stream, as ours. `details.final`: the same request would be refused again. */
export function fromHttpFailure(failure: HttpFailure, context: FailureContext): RainyError {
  const code = codeOf(failure)
  const retryAt = code === 'PROVIDER_RATE_LIMITED' || code === 'PROVIDER_OVERLOADED' ? retryAtOf(failure, context.now) : undefined
  const said = withoutSecrets(failure.message, context.key).trim()
  return new RainyError(code, said === '' ? adviceFor(code, context) : `${adviceFor(code, context)} It says: ${said}`, {
    details: {
      provider: context.provider,
      model: context.model,
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(retryAt === undefined ? {} : { retryAt }),
      ...(code === 'PROVIDER_BAD_RESPONSE' && failure.status !== undefined ? { final: true } : {}),
    },
  })
}

/** The system's code of a connection that failed, from wherever in the chain of causes it stands. */
function systemCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined
  const code: unknown = 'code' in error ? error.code : undefined
  if (typeof code === 'string' && code !== '') return code
  if (error instanceof AggregateError) return systemCode(error.errors[0], depth + 1)
  return systemCode(error.cause, depth + 1)
}

/** No connection, or one that ended before there was an answer. */
export function fromConnectionFailure(error: unknown, context: FailureContext, baseUrl: string): RainyError {
  const why = systemCode(error) ?? (error instanceof Error ? withoutSecrets(error.message, context.key) : String(error))
  // Not as `cause`: an SDK's error may hold the request with its key.
  return new RainyError('PROVIDER_UNREACHABLE', `Provider ${context.provider} cannot be reached at ${baseUrl} (${why}): check the network, the address and that it runs.`, {
    details: { provider: context.provider, model: context.model, reason: why },
  })
}
