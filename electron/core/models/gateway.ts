import type { Config, ProviderKind, ResolvedProvider } from '../../../shared/config.ts'
import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { ModelAnswer } from '../../../shared/model.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { askChain } from './chain.ts'
import { callIdsOf, uniqueCallIds } from './conversation.ts'
import { priceOf } from './pricing.ts'
import { createProvider, SUPPORTED_KINDS } from './providers/create-provider.ts'
import type { Gateway, InferOptions, ModelRequest, Provider } from './types.ts'

const PROBE_LIMIT_MS = 5_000
const BUILTIN: ResolvedProvider = { name: 'builtin', kind: 'builtin' }
export const BUILTIN_MODEL = 'builtin/rules'

export interface GatewayOptions {
  providers: readonly ResolvedProvider[]
  /** For {@link Gateway.view} alone: a task brings its own chains. */
  roles?: Config['roles']
  clock: Clock
  log: Log
  /** The folder of the project templates, for the built-in model. Read when it first needs one. */
  templates: URL
  fetch?: typeof fetch
}

/** Calls models by `provider/model`. A provider and its SDK are loaded when first asked. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, log } = options
  const configs = new Map([BUILTIN, ...options.providers].map((config) => [config.name, config]))
  const loaded = new Map<string, Promise<Provider>>()

  function resolve(model: string): { config: ResolvedProvider; model: string } {
    const slash = model.indexOf('/')
    const config = configs.get(model.slice(0, Math.max(0, slash)))
    const name = model.slice(slash + 1)
    if (slash < 1 || name === '' || !config) {
      throw new RainyError('MODEL_UNKNOWN', `"${model}" names no model: write PROVIDER/MODEL, with one of these providers: ${[...configs.keys()].join(', ')}.`, { details: { model } })
    }
    if (!SUPPORTED_KINDS.has(config.kind)) {
      throw new RainyError('MODEL_UNKNOWN', `Provider ${config.name} is of kind ${config.kind}, which this version cannot speak to yet: use one of kind ${[...SUPPORTED_KINDS].join(', ')}.`, { details: { model } })
    }
    if (config.kind === 'builtin' && name !== 'rules') {
      throw new RainyError('MODEL_UNKNOWN', `The built-in provider has one model: ${BUILTIN_MODEL}.`, { details: { model } })
    }
    return { config, model: name }
  }

  function load(config: ResolvedProvider): Promise<Provider> {
    const provider = loaded.get(config.name) ?? createProvider(config, options)
    loaded.set(config.name, provider)
    // A module that could not be loaded once may be there the next time.
    provider.catch(() => loaded.delete(config.name))
    return provider
  }

  async function ask(model: string, request: ModelRequest, { signal, onToken }: Pick<InferOptions, 'signal'> & { onToken(text: string): void }): Promise<ModelAnswer> {
    const target = resolve(model)
    const provider = await load(target.config)
    signal.throwIfAborted()
    const startedAt = clock.now()
    const answer = await provider.stream(target.model, request, { signal, onToken })
    if (answer.stop === 'length') log.warn('the answer was cut off at its length limit', { model, agent: request.agent })
    log.debug('a model answered', { model, agent: request.agent, stop: answer.stop, durationMs: clock.now() - startedAt, ...answer.usage })
    const toolCalls = uniqueCallIds(answer.message.toolCalls, callIdsOf(request.messages), request.messages.length)
    return { ...answer, message: { ...answer.message, toolCalls }, model }
  }

  async function probe(config: ResolvedProvider, signal: AbortSignal): Promise<{ reachable: boolean; error?: ReturnType<typeof toErrorBody> }> {
    const limit = new AbortController()
    using _timer = clock.after(PROBE_LIMIT_MS, () => limit.abort())
    try {
      resolve(`${config.name}/rules`)
      await (await load(config)).probe(AbortSignal.any([signal, limit.signal]))
      return { reachable: true }
    } catch (error) {
      if (!limit.signal.aborted) return { reachable: false, error: toErrorBody(error) }
      return { reachable: false, error: { code: 'PROVIDER_UNREACHABLE', message: `Provider ${config.name} did not answer within ${PROBE_LIMIT_MS / 1000} s: check its address.` } }
    }
  }

  return {
    async infer(request, { chain, signal, onToken }) {
      if (chain.length === 0) throw new RainyError('MODEL_UNKNOWN', 'No model is set for this role: give it one in config.json or with --model.')
      if (signal.aborted) throw new RainyError('CANCELLED', 'The model call was stopped.')
      return askChain(chain, signal, {
        clock,
        log,
        ask: (model, attempt) => ask(model, request, { signal, onToken: (text) => onToken(attempt, text) }),
      })
    },
    priceOf(model, usage) {
      const slash = model.indexOf('/')
      const kind: ProviderKind | undefined = configs.get(model.slice(0, Math.max(0, slash)))?.kind
      return kind ? priceOf(kind, model.slice(slash + 1), usage) : null
    },
    async warm(models) {
      const targets = models.flatMap((model) => configs.get(model.split('/')[0] ?? '') ?? [])
      await Promise.allSettled(targets.filter((config) => SUPPORTED_KINDS.has(config.kind)).map(load))
    },
    check(model) {
      resolve(model)
    },
    async view({ probe: wanted, signal }) {
      const knownOf = (model: string): boolean => {
        try {
          resolve(model)
          return true
        } catch {
          return false
        }
      }
      const roles = Object.entries(options.roles ?? {}).map(([role, chain]) => [role, chain.map((model) => ({ model, provider: model.split('/')[0] ?? '', known: knownOf(model) }))] as const)
      const providers = await Promise.all(
        [...configs.values()].map(async (config) => ({
          name: config.name,
          kind: config.kind,
          ...(config.baseUrl === undefined ? {} : { baseUrl: config.baseUrl }),
          ...(config.apiKeyEnv === undefined ? {} : { apiKeyEnv: config.apiKeyEnv }),
          hasKey: Boolean(config.apiKey),
          ...(wanted ? await probe(config, signal) : { reachable: false }),
        })),
      )
      return { roles: Object.fromEntries(roles), providers }
    },
  }
}
