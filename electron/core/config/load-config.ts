import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { configFileSchema, type Config, type ConfigFile, type ProviderKind, type ResolvedProvider } from '../../../shared/config.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { Limits, Role } from '../../../shared/tasks.ts'
import { parseRule } from '../../../shared/rule-syntax.ts'
import type { DataPaths } from '../platform/paths.ts'
import { nearest } from './nearest.ts'
import { parseJsonc, type Parsed } from './read-jsonc.ts'

type Env = Record<string, string | undefined>

const ROLES: readonly Role[] = ['fast', 'smart', 'instant']
const BUILTIN_MODEL = 'builtin/rules'
const WORKERS_LIMIT = 4

/** Providers that a key in the environment is enough for, with the models that fit the roles; the first that is there is used. */
export const KNOWN_PROVIDERS: ReadonlyArray<{ name: Exclude<ProviderKind, 'builtin'>; keyEnv: string; baseUrlEnv: string; models: Record<Role, string> }> = [
  { name: 'openai', keyEnv: 'OPENAI_API_KEY', baseUrlEnv: 'OPENAI_BASE_URL', models: { smart: 'gpt-5.1', fast: 'gpt-5-mini', instant: 'gpt-5-nano' } },
  { name: 'groq', keyEnv: 'GROQ_API_KEY', baseUrlEnv: 'GROQ_BASE_URL', models: { smart: 'openai/gpt-oss-120b', fast: 'openai/gpt-oss-20b', instant: 'llama-3.1-8b-instant' } },
  { name: 'anthropic', keyEnv: 'ANTHROPIC_API_KEY', baseUrlEnv: 'ANTHROPIC_BASE_URL', models: { smart: 'claude-sonnet-4-5', fast: 'claude-haiku-4-5', instant: 'claude-haiku-4-5' } },
  { name: 'gemini', keyEnv: 'GEMINI_API_KEY', baseUrlEnv: 'GEMINI_BASE_URL', models: { smart: 'gemini-2.5-pro', fast: 'gemini-2.5-flash', instant: 'gemini-2.5-flash-lite' } },
]

/** The names of the variables that hold providers' keys: what a command compares with the owner's. */
export function keyNames(config: Config, env: Env): string[] {
  const names = [...KNOWN_PROVIDERS.map(({ keyEnv }) => keyEnv), ...config.providers.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? [])]
  return [...new Set(names)].filter((name) => env[name] !== undefined && env[name] !== '')
}

/**
 * `config.json` of the data folder, the environment and the defaults put together. A file that is missing is an empty one; it is
 * never written. Throws CONFIG_INVALID with path, line and column.
 */
export function loadConfig({ paths, env }: { paths: DataPaths; env: Env }): Config {
  const file = readFile(paths.config)
  const { value, warnings } = file
  const providers = resolveProviders(value, env)
  checkEnvironment(env)
  checkRules(file)
  const policy = value.policy ?? {}
  return {
    providers,
    roles: resolveRoles(file, providers),
    policy: { mode: policy.mode ?? 'ask', allow: policy.allow ?? [], ask: policy.ask ?? [], deny: policy.deny ?? [], sandbox: policy.sandbox ?? 'auto' },
    limits: { ...defaultLimits(), ...definedLimits(value.limits) },
    languageServers: value.languageServers ?? {},
    instructions: value.instructions ?? '',
    warnings,
  }
}

export function defaultLimits(): Limits {
  return { maxConcurrentTools: 10, maxConcurrentCommands: 2, workers: Math.min(WORKERS_LIMIT, availableParallelism()), taskTimeoutMs: 3_600_000, maxFixRounds: 2, maxTurns: 250 }
}

function definedLimits(limits: ConfigFile['limits']): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([, limit]) => limit !== undefined))
}

function readFile(path: string): Parsed<ConfigFile> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new RainyError('CONFIG_INVALID', `${path}:1:1: cannot be read (${String(code)}).`, { cause: error, details: { path, line: 1, column: 1 } })
    text = ''
  }
  return parseJsonc({ path, text }, configFileSchema)
}

function resolveProviders(file: ConfigFile, env: Env): ResolvedProvider[] {
  const resolved = new Map<string, ResolvedProvider>()
  for (const [name, provider] of Object.entries(file.providers ?? {})) {
    const known = KNOWN_PROVIDERS.find((each) => each.name === name)
    const apiKeyEnv = provider.apiKeyEnv ?? known?.keyEnv
    resolved.set(name, withKey({ name, kind: provider.kind, baseUrl: (known && env[known.baseUrlEnv]) || provider.baseUrl, apiKeyEnv }, env))
  }
  const named = Object.values(file.roles ?? {}).flat().map((model) => model?.split('/')[0])
  for (const known of KNOWN_PROVIDERS) {
    if (resolved.has(known.name) || (!env[known.keyEnv] && !named.includes(known.name))) continue
    resolved.set(known.name, withKey({ name: known.name, kind: known.name, baseUrl: env[known.baseUrlEnv], apiKeyEnv: known.keyEnv }, env))
  }
  return [...resolved.values()]
}

function withKey({ name, kind, baseUrl, apiKeyEnv }: { name: string; kind: ProviderKind; baseUrl: string | undefined; apiKeyEnv: string | undefined }, env: Env): ResolvedProvider {
  const apiKey = apiKeyEnv === undefined ? undefined : env[apiKeyEnv]
  return { name, kind, ...(baseUrl ? { baseUrl } : {}), ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }), ...(apiKey ? { apiKey } : {}) }
}

function checkEnvironment(env: Env): void {
  for (const { baseUrlEnv } of KNOWN_PROVIDERS) {
    const url = env[baseUrlEnv]
    if (url && !/^https?:\/\/[^/]/.test(url)) throw new RainyError('CONFIG_INVALID', `The environment's ${baseUrlEnv} is no http address: ${url}`, { details: { key: baseUrlEnv } })
  }
}

/** A role that the file is silent about gets the first provider's usual model; with no provider, the built-in one. */
function resolveRoles({ value, fail, warnings }: Parsed<ConfigFile>, providers: ResolvedProvider[]): Config['roles'] {
  const names = ['builtin', ...providers.map(({ name }) => name)]
  const usual = KNOWN_PROVIDERS.find(({ name }) => providers.some((provider) => provider.name === name && provider.apiKey !== undefined))
  const chain = (role: Role): string[] => {
    const given = value.roles?.[role]
    if (!given) return [usual ? `${usual.name}/${usual.models[role]}` : BUILTIN_MODEL]
    given.forEach((model, at) => {
      const [provider = '', ...rest] = model.split('/')
      if (rest.join('/') === '') fail(['roles', role, at], `"${model}" names no model: write PROVIDER/MODEL`)
      if (!names.includes(provider)) {
        const near = nearest(provider, names)
        fail(['roles', role, at], `there is no provider "${provider}"${near ? `, did you mean "${near}"?` : `; there are ${names.join(', ')}`}`)
      }
    })
    return given
  }
  const roles = { fast: chain('fast'), smart: chain('smart'), instant: chain('instant') }
  const custom = Object.keys(value.providers ?? {})
  if (custom.length > 0 && ROLES.every((role) => roles[role][0] === BUILTIN_MODEL)) warnings.push(`No role names a model of ${custom.join(', ')}: the built-in model answers. Set "roles" or use --model.`)
  return roles
}

function checkRules({ value, fail }: Parsed<ConfigFile>): void {
  for (const list of ['allow', 'ask', 'deny'] as const) {
    value.policy?.[list]?.forEach((rule, at) => {
      if (!parseRule(rule)) fail(['policy', list, at], `"${rule}" is no rule: write a tool's name, or tool(pattern)`)
    })
  }
}
