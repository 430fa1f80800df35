import { expect, test } from 'vitest'
import { fromConnectionFailure, fromHttpFailure, retryAtOf, type FailureContext, type HttpFailure } from './http-errors.ts'

const NOW = 1_700_000_000_000
const KEY = 'secret-without-a-known-shape'
const context: FailureContext = { provider: 'p', model: 'm', key: KEY, keyEnv: 'P_KEY', now: NOW }

function failure(over: Partial<HttpFailure> & { headers?: Record<string, string> }): HttpFailure {
  return { status: 429, code: undefined, type: undefined, message: '', header: (name) => over.headers?.[name], ...over }
}

test.each([
  [{ 'retry-after': '3' }, '', 3000],
  [{ 'retry-after': 'Tue, 14 Nov 2023 22:14:20 GMT' }, '', 60_000],
  [{ 'retry-after': 'Tue, 14 Nov 2000 22:14:20 GMT' }, '', 0],
  [{ 'retry-after-ms': '40' }, '', 40],
  [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0.5s' }, '', 360_500],
  [{ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '6m0s' }, '', undefined],
  [{}, 'Rate limit reached. Please try again in 1m2.5s. Visit us.', 62_500],
  [{}, 'Please try again in 20ms', 20],
  [{ 'retry-after': 'soon' }, 'Slow down', undefined],
])('headers %j and message %j name an end in %s ms', (headers, message, ms) => {
  const at = retryAtOf(failure({ headers: headers as Record<string, string>, message }), NOW)
  expect(at === undefined ? undefined : at - NOW).toBe(ms)
})

test.each([
  [400, 'context_length_exceeded', '', 'CONTEXT_TOO_LONG'],
  [400, undefined, 'prompt is too long: 210000 tokens > 200000 maximum', 'CONTEXT_TOO_LONG'],
  [413, 'rate_limit_exceeded', 'Request too large for model', 'CONTEXT_TOO_LONG'],
  [400, undefined, 'invalid model ID', 'MODEL_UNKNOWN'],
  [404, undefined, 'model "qwen9" not found, try pulling it first', 'MODEL_UNKNOWN'],
  [402, undefined, 'Insufficient balance', 'PROVIDER_AUTH'],
  [429, 'insufficient_quota', 'You exceeded your current quota', 'PROVIDER_AUTH'],
  [429, undefined, '', 'PROVIDER_RATE_LIMITED'],
  [529, undefined, 'Overloaded', 'PROVIDER_OVERLOADED'],
  [504, undefined, '', 'PROVIDER_OVERLOADED'],
  [400, undefined, 'messages.3: wrong', 'PROVIDER_BAD_RESPONSE'],
  [undefined, 'rate_limit_exceeded', '', 'PROVIDER_RATE_LIMITED'],
  [undefined, undefined, 'unspeakable', 'PROVIDER_BAD_RESPONSE'],
] as Array<[number | undefined, string | undefined, string, string]>)('%s %s %j is %s', (status, code, message, expected) => {
  expect(fromHttpFailure(failure({ status, code, message }), context).code).toBe(expected)
})

test('a key never gets out, in whatever shape a provider repeats it', () => {
  const message = `Bad key ${KEY}, sk-proj-abc***wxyz and gsk_1234567890`
  const error = fromHttpFailure(failure({ status: 401, message }), context)
  expect(error.message).toContain('P_KEY')
  expect(error.message).not.toMatch(/secret-without|abc\*|1234567890/)
  expect(fromConnectionFailure(new Error(`no ${KEY}`), context, 'http://x').message).not.toContain(KEY)
})
