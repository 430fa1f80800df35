import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { doctorReportSchema, type DoctorReport } from '../../../shared/api.ts'
import type { Config } from '../../../shared/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { dataPaths } from '../platform/paths.ts'
import type { DoctorProbes } from './doctor-probes.ts'
import { runDoctor } from './doctor.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'doctor-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const HEALTHY: DoctorProbes = { nodeVersion: '24.1.0', platform: 'linux', canLoad: () => true, ripgrepPath: () => '/rg', electronPath: () => '/electron', run: async (program) => `${program} 1.0\nmore`, reach: async () => undefined }
const BARE: DoctorProbes = { nodeVersion: '22.11.9', platform: 'linux', canLoad: () => false, ripgrepPath: () => undefined, electronPath: () => undefined, run: async () => undefined, reach: async () => 'refused' }

async function examine(probes: DoctorProbes, change: Partial<Config> = {}, env: Record<string, string> = {}): Promise<{ ok: boolean; of: Record<string, string> }> {
  const paths = dataPaths(join(dir, 'data'), {})
  const report: DoctorReport = doctorReportSchema.parse(await runDoctor({ paths, env, config: { ...loadConfig({ paths, env: {} }), ...change }, probes }))
  return { ok: report.ok, of: Object.fromEntries(report.checks.map(({ name, status }) => [name, status])) }
}

test('where all is there, all is well, but for the sandbox that this version does not use', async () => {
  mkdirSync(join(dir, 'bin'))
  for (const name of ['bwrap', 'firefox']) writeFileSync(join(dir, 'bin', name), '', { mode: 0o755 })
  expect(await examine(HEALTHY, {}, { PATH: join(dir, 'bin'), DISPLAY: ':0' })).toEqual({
    ok: true,
    of: { node: 'ok', sqlite: 'ok', pty: 'ok', ripgrep: 'ok', git: 'ok', sandbox: 'warning', typescript: 'ok', model: 'ok', 'data folder': 'ok', electron: 'ok', browser: 'ok' },
  })
})

test('what is needed and missing is an error, what is only less is a warning', async () => {
  expect(await examine(BARE)).toEqual({
    ok: false,
    of: { node: 'error', sqlite: 'ok', pty: 'warning', ripgrep: 'error', git: 'warning', sandbox: 'warning', typescript: 'warning', model: 'ok', 'data folder': 'ok', electron: 'warning', browser: 'warning' },
  })
})

test('a database that cannot be opened and a folder that cannot be written are errors', async () => {
  mkdirSync(join(dir, 'data'))
  writeFileSync(join(dir, 'data/rainy.db'), 'this is no database, and long enough to be looked at as one')
  expect((await examine(HEALTHY)).of['sqlite']).toBe('error')
  rmSync(join(dir, 'data'), { recursive: true })
  writeFileSync(join(dir, 'data'), 'a file where the folder should be')
  expect((await examine(HEALTHY)).of['data folder']).toBe('error')
})

test('a provider is missed only where a role uses it', async () => {
  const providers: Config['providers'] = [
    { name: 'local', kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1' },
    { name: 'groq', kind: 'groq', apiKeyEnv: 'GROQ_API_KEY' },
  ]
  const roles: Config['roles'] = { fast: ['local/x'], smart: ['local/x'], instant: ['local/x'] }
  expect(await examine({ ...HEALTHY, reach: async () => 'refused' }, { providers, roles })).toMatchObject({ ok: false, of: { local: 'error', groq: 'warning' } })
  expect(await examine(HEALTHY, { providers, roles })).toMatchObject({ ok: true, of: { local: 'ok', groq: 'warning' } })
})

test('configured language servers and warnings of the configuration are told', async () => {
  const { of } = await examine(HEALTHY, { languageServers: { python: { command: ['no-such-server'], extensions: ['.py'] } }, warnings: ['config.json:1:3: unknown key "x"'] })
  expect(of).toMatchObject({ python: 'warning', configuration: 'warning' })
})
