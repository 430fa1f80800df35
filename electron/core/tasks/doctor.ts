import { constants, existsSync } from 'node:fs'
import { access, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { DoctorReport } from '../../../shared/api.ts'
import type { Config, ResolvedProvider } from '../../../shared/config.ts'
import { systemClock } from '../platform/clock.ts'
import { makeFolder } from '../platform/make-folder.ts'
import type { DataPaths } from '../platform/paths.ts'
import { openDatabase } from '../store/database.ts'
import { createProbes, type DoctorProbes } from './doctor-probes.ts'

type Check = DoctorReport['checks'][number]
type Env = Record<string, string | undefined>

export interface DoctorOptions {
  paths: DataPaths
  env: Env
  config: Config
  probes?: DoctorProbes
}

const NODE_NEEDED = [22, 12] as const
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'brave-browser', 'firefox'] as const

/** Looks at everything the program stands on. `error`: something does not work without it; `warning`: something is less than it could be. */
export async function runDoctor({ paths, env, config, probes = createProbes() }: DoctorOptions): Promise<DoctorReport> {
  const checks = (
    await Promise.all([
      checkNode(probes),
      checkSqlite(paths),
      checkPty(probes),
      checkRipgrep(probes),
      checkGit(probes),
      checkSandbox(env),
      checkLanguageServers(config, env, probes),
      checkProviders(config, probes),
      checkDataFolder(paths),
      checkWindow(env, probes),
      config.warnings.map((detail): Check => ({ name: 'configuration', status: 'warning', detail })),
    ])
  ).flat()
  return { ok: checks.every(({ status }) => status !== 'error'), checks }
}

function checkNode({ nodeVersion }: DoctorProbes): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const enough = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])
  return { name: 'node', status: enough ? 'ok' : 'error', detail: enough ? nodeVersion : `${nodeVersion}; ${NODE_NEEDED.join('.')} or newer is needed` }
}

function checkSqlite({ database }: DataPaths): Check {
  try {
    openDatabase({ path: ':memory:', clock: systemClock }).close()
    if (existsSync(database)) openDatabase({ path: database, clock: systemClock, readonly: true }).close()
    return { name: 'sqlite', status: 'ok', detail: existsSync(database) ? database : 'ready; no database yet' }
  } catch (error) {
    return { name: 'sqlite', status: 'error', detail: messageOf(error) }
  }
}

function checkPty({ canLoad }: DoctorProbes): Check {
  if (canLoad('node-pty')) return { name: 'pty', status: 'ok', detail: 'node-pty' }
  return { name: 'pty', status: 'warning', detail: 'node-pty was not built (it needs a C++ compiler at install): commands run on pipes' }
}

async function checkRipgrep({ run, ripgrepPath }: DoctorProbes): Promise<Check> {
  const path = ripgrepPath()
  const version = path === undefined ? undefined : await run(path, ['--version'])
  return version === undefined
    ? { name: 'ripgrep', status: 'error', detail: 'its binary is missing: search_code does not work; run `npm install` again' }
    : { name: 'ripgrep', status: 'ok', detail: firstLine(version) }
}

async function checkGit({ run }: DoctorProbes): Promise<Check> {
  const version = await run('git', ['--version'])
  return version === undefined ? { name: 'git', status: 'warning', detail: 'git is not installed; the git tools bring their own' } : { name: 'git', status: 'ok', detail: firstLine(version) }
}

async function checkSandbox(env: Env): Promise<Check> {
  const found = await onPath('bwrap', env)
  return { name: 'sandbox', status: 'warning', detail: found === undefined ? 'bubblewrap is not installed: commands run without a sandbox' : `commands run without a sandbox (${found} is there, but this version does not use it yet)` }
}

async function checkLanguageServers({ languageServers }: Config, env: Env, { canLoad }: DoctorProbes): Promise<Check[]> {
  const own: Check = canLoad('typescript/package.json') ? { name: 'typescript', status: 'ok', detail: 'TypeScript’s own language server' } : { name: 'typescript', status: 'warning', detail: 'missing: get_diagnostics has no language server' }
  const others = Object.entries(languageServers).map(async ([name, { command }]): Promise<Check> => {
    const [program = ''] = command
    const found = await onPath(program, env)
    return found === undefined ? { name, status: 'warning', detail: `the language server ${program} is not on the PATH` } : { name, status: 'ok', detail: found }
  })
  return [own, ...(await Promise.all(others))]
}

async function checkProviders({ providers, roles }: Config, probes: DoctorProbes): Promise<Check[]> {
  const used = new Set(Object.values(roles).flat().map((model) => model.split('/')[0]))
  const found = await Promise.all(providers.map((provider) => checkProvider(provider, used.has(provider.name), probes)))
  return used.has('builtin') ? [...found, { name: 'model', status: 'ok', detail: 'the built-in model answers (it is no LLM; a provider in config.json or an API key in the environment brings one)' }] : found
}

/** One that no role uses cannot be missed. */
async function checkProvider({ name, kind, baseUrl, apiKeyEnv, apiKey }: ResolvedProvider, used: boolean, { reach }: DoctorProbes): Promise<Check> {
  const broken = used ? 'error' : 'warning'
  if (apiKeyEnv !== undefined && apiKey === undefined) return { name, status: broken, detail: `${apiKeyEnv} is not set` }
  const url = baseUrl ?? USUAL_ADDRESS[kind]
  if (url === undefined) return { name, status: 'ok', detail: kind }
  const problem = await reach(url)
  return problem === undefined ? { name, status: 'ok', detail: `${url} answers` } : { name, status: broken, detail: `${url} does not answer: ${problem}` }
}

const USUAL_ADDRESS: Partial<Record<ResolvedProvider['kind'], string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
  gemini: 'https://generativelanguage.googleapis.com',
  groq: 'https://api.groq.com/openai/v1',
}

async function checkDataFolder({ dir }: DataPaths): Promise<Check> {
  const file = join(dir, `.doctor-${process.pid}`)
  try {
    makeFolder(dir, 0o700)
    await writeFile(file, '')
    await rm(file)
    return { name: 'data folder', status: 'ok', detail: dir }
  } catch (error) {
    return { name: 'data folder', status: 'error', detail: `${dir} cannot be written: ${messageOf(error)}` }
  }
}

/** The app opens in Electron, or else in a browser; the command line needs neither. */
async function checkWindow(env: Env, { electronPath, platform }: DoctorProbes): Promise<Check[]> {
  const electron = electronPath()
  const display = platform !== 'linux' || env['DISPLAY'] || env['WAYLAND_DISPLAY']
  const browsers = await Promise.all(BROWSERS.map((name) => onPath(name, env)))
  const browser = platform === 'linux' ? browsers.find((path) => path !== undefined) : 'the system’s browser'
  return [
    electron !== undefined && display
      ? { name: 'electron', status: 'ok', detail: electron }
      : { name: 'electron', status: 'warning', detail: `${electron === undefined ? 'its binary is not here' : 'there is no display'}: the app is served to a browser` },
    browser === undefined ? { name: 'browser', status: 'warning', detail: 'none found on this machine' } : { name: 'browser', status: 'ok', detail: browser },
  ]
}

async function onPath(program: string, env: Env): Promise<string | undefined> {
  const folders = program.includes('/') ? [''] : (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const folder of folders) {
    const path = folder === '' ? program : join(folder, program)
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (executable) return path
  }
  return undefined
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.trim() ?? ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
