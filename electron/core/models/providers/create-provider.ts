import type { ProviderKind, ResolvedProvider } from '../../../../shared/config.ts'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Provider } from '../types.ts'

export interface ProviderDeps {
  clock: Clock
  log: Log
  templates: URL
  fetch?: typeof fetch
}

/** Each wire format in a module of its own, loaded with its SDK when first asked: start-up pays for none. */
const LOADERS: Partial<Record<ProviderKind, (config: ResolvedProvider, deps: ProviderDeps) => Promise<Provider>>> = {
  openai: async (config, deps) => (await import('./openai.ts')).createOpenAiProvider(config, deps),
  groq: async (config, deps) => (await import('./openai.ts')).createOpenAiProvider(config, deps),
  builtin: async (config, deps) => (await import('./builtin.ts')).createBuiltinProvider(config.name, deps.templates),
}

export const SUPPORTED_KINDS: ReadonlySet<ProviderKind> = new Set(Object.keys(LOADERS) as ProviderKind[])

export async function createProvider(config: ResolvedProvider, deps: ProviderDeps): Promise<Provider> {
  const load = LOADERS[config.kind]
  if (!load) throw new RainyError('MODEL_UNKNOWN', `Provider ${config.name} is of kind ${config.kind}, which this version cannot speak to yet.`)
  return load(config, deps)
}
