import type { APIError } from 'openai'
import { RainyError } from '../../../../shared/errors.ts'
import type { ResolvedProvider } from '../../../../shared/config.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { withoutSecrets } from '../secrets.ts'
import { estimateUsage } from '../usage.ts'
import type { ModelRequest, Provider } from '../types.ts'
import { createChatReader, type ChatAnswer } from './chat-format.ts'
import { OPTIONAL_PARAMETERS, toChatRequest, type OptionalParameter } from './chat-request.ts'
import { fromConnectionFailure, fromHttpFailure, type FailureContext, type HttpFailure } from './http-errors.ts'
import { createIdleWatch } from './idle-watch.ts'
import { createToolNames } from './tool-names.ts'

export interface OpenAiDeps {
  clock: Clock
  log: Log
  fetch?: typeof fetch
}

const DEFAULT_BASE_URLS: Partial<Record<ResolvedProvider['kind'], string>> = { openai: 'https://api.openai.com/v1', groq: 'https://api.groq.com/openai/v1' }
/** Servers that want no key get one all the same: the SDK will not go without. */
const NO_KEY = 'none'

type Sdk = typeof import('openai')
type Streaming = typeof import('openai/streaming')

/** Every server that speaks OpenAI's chat completions, through the official SDK, which retries never here. */
export async function createOpenAiProvider(config: ResolvedProvider, deps: OpenAiDeps): Promise<Provider> {
  const [sdk, streaming]: [Sdk, Streaming] = await Promise.all([import('openai'), import('openai/streaming')])
  const baseUrl = config.baseUrl ?? DEFAULT_BASE_URLS[config.kind] ?? ''
  const client = new sdk.OpenAI({
    baseURL: baseUrl,
    apiKey: config.apiKey || NO_KEY,
    // The SDK reads these from the environment where they are not given.
    organization: null,
    project: null,
    maxRetries: 0,
    // It would log bodies and headers; what matters is in our errors.
    logLevel: 'off',
    ...(deps.fetch ? { fetch: deps.fetch } : {}),
  })
  const isOpenAi = new URL(baseUrl).hostname === 'api.openai.com'
  const without = new Set<OptionalParameter>(isOpenAi || config.kind === 'groq' ? [] : ['max_completion_tokens'])

  function contextFor(model: string): FailureContext {
    return { provider: config.name, model, key: config.apiKey, keyEnv: config.apiKeyEnv, now: deps.clock.now() }
  }

  function toRainyError(error: unknown, model: string, signal: AbortSignal): RainyError {
    if (signal.aborted) return new RainyError('CANCELLED', 'The model call was stopped.')
    if (error instanceof RainyError) return error
    const context = contextFor(model)
    if (error instanceof sdk.APIConnectionError) return fromConnectionFailure(error, context, baseUrl)
    if (error instanceof sdk.APIError) return fromHttpFailure(toFailure(error), context)
    if (error instanceof SyntaxError) return new RainyError('PROVIDER_BAD_RESPONSE', `Provider ${config.name} answered with something that is not JSON.`, { details: { provider: config.name, model } })
    // What is left is undici's: the connection went away while the body was read.
    return new RainyError('STREAM_TRUNCATED', `The connection to provider ${config.name} was lost in the middle of an answer.`, { details: { provider: config.name, model } })
  }

  /** One request, without the parameters that this server is known to refuse. */
  async function send(model: string, request: ModelRequest, abort: AbortController, onChunk: () => void, onToken: (text: string) => void): Promise<ChatAnswer> {
    const names = createToolNames(request.tools.map(({ name }) => name))
    const body = toChatRequest(model, request, names, without)
    const response = await client.chat.completions.create(body, { signal: abort.signal }).asResponse()
    onChunk()
    const reader = createChatReader(onToken, names.fromWire)
    const type = response.headers.get('content-type') ?? ''
    if (/\bjson\b/.test(type)) {
      reader.read(JSON.parse(await response.text()))
      return reader.end()
    }
    if (/\bhtml\b/.test(type)) {
      const page = withoutSecrets(await response.text(), config.apiKey).slice(0, 80)
      throw new RainyError('PROVIDER_BAD_RESPONSE', `Provider ${config.name} answered with a web page (${page}): check its base URL.`, { details: { provider: config.name, model } })
    }
    for await (const chunk of streaming.Stream.fromSSEResponse<unknown>(response, abort, client)) {
      onChunk()
      reader.read(chunk)
    }
    return reader.end()
  }

  async function sendAsTaken(model: string, request: ModelRequest, abort: AbortController, onChunk: () => void, onToken: (text: string) => void): Promise<ChatAnswer> {
    for (;;) {
      try {
        return await send(model, request, abort, onChunk, onToken)
      } catch (error) {
        const refused = error instanceof sdk.APIError ? refusedParameter(error, without) : undefined
        if (!refused) throw error
        without.add(refused)
        if (refused === 'max_tokens') without.delete('max_completion_tokens')
      }
    }
  }

  return {
    name: config.name,
    async stream(model, request, { signal, onToken }) {
      using watch = createIdleWatch(deps.clock, signal)
      try {
        const { message, stop, usage } = await sendAsTaken(model, request, watch.abort, watch.touch, onToken)
        // The SDK ends a stream that was aborted as if it were complete.
        watch.abort.signal.throwIfAborted()
        if (!usage) deps.log.info('the provider counted no tokens: usage is estimated', { provider: config.name, model, estimated: true })
        return { message, stop, usage: usage ?? estimateUsage(request, message) }
      } catch (error) {
        if (watch.idle && !signal.aborted) throw fromConnectionFailure(watch.idle, contextFor(model), baseUrl)
        throw toRainyError(error, model, signal)
      }
    },
    async probe(signal) {
      try {
        await client.models.list({ signal })
      } catch (error) {
        throw toRainyError(error, '', signal)
      }
    },
  }
}

function toFailure(error: APIError): HttpFailure {
  const { status, code, type, message, headers } = error as { status: number | undefined; code: unknown; type: unknown; message: string; headers: Headers | undefined }
  return {
    status,
    code: typeof code === 'string' ? code : undefined,
    type: typeof type === 'string' ? type : undefined,
    // The SDK puts the status in front.
    message: message.replace(/^\d{3} /, ''),
    header: (name) => headers?.get(name) ?? undefined,
  }
}

/** The optional parameter that a 400 or 422 names as the one it does not take. */
function refusedParameter(error: APIError, without: ReadonlySet<OptionalParameter>): OptionalParameter | undefined {
  if (error.status !== 400 && error.status !== 422) return undefined
  const named = `${String(error.param ?? '')} ${error.message}`
  if (!/unrecognized|unsupported|unknown|not (supported|permitted|allowed)|extra (inputs|fields)|unexpected/i.test(named)) return undefined
  return OPTIONAL_PARAMETERS.find((name) => !without.has(name) && new RegExp(`\\b${name}\\b`).test(named))
}
