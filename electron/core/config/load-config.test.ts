import * as fc from 'fast-check'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { dataPaths } from '../platform/paths.ts'
import { defaultLimits, keyNames, loadConfig } from './load-config.ts'
import { nearest } from './nearest.ts'
import { AGENTS_FILE_LIMIT_BYTES, readInstructions, readWorkspaceConfig } from './workspace-config.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function load(text: string | undefined, env: Record<string, string> = {}): ReturnType<typeof loadConfig> {
  const paths = dataPaths(dir, {})
  if (text !== undefined) writeFileSync(paths.config, text)
  return loadConfig({ paths, env })
}

function failure(text: string): { message: string; details: unknown } {
  try {
    load(text)
  } catch (error) {
    if (error instanceof RainyError && error.code === 'CONFIG_INVALID') return { message: error.message.replace(`${dir}/`, ''), details: error.details }
    throw error
  }
  throw new Error('it was accepted')
}

function outcome(text: string): string {
  try {
    load(text)
    return 'taken'
  } catch (error) {
    if (error instanceof RainyError && error.code === 'CONFIG_INVALID') return `refused at ${String(error.details?.['line'])}:${String(error.details?.['column'])}`
    throw error
  }
}

describe('config.json', () => {
  test('with no file and an empty environment everything is the default and every role is built in', () => {
    expect(load(undefined)).toEqual({
      providers: [],
      roles: { fast: ['builtin/rules'], smart: ['builtin/rules'], instant: ['builtin/rules'] },
      policy: { mode: 'ask', allow: [], ask: [], deny: [], sandbox: 'auto' },
      limits: { maxConcurrentTools: 10, maxConcurrentCommands: 2, workers: defaultLimits().workers, taskTimeoutMs: 3_600_000, maxFixRounds: 2, maxTurns: 250 },
      languageServers: {},
      instructions: '',
      warnings: [],
    })
  })

  test('all that the contract shows is taken, comments and trailing commas too', () => {
    const text = `{
      // a local one
      "providers": { "local": { "kind": "openai", "baseUrl": "http://127.0.0.1:11434/v1", "apiKeyEnv": "LOCAL_KEY" } },
      "roles": { "fast": ["groq/llama-3.1-8b-instant", "local/qwen3"], "smart": ["anthropic/claude-sonnet-4-5"], "instant": ["local/qwen3"] },
      "policy": { "mode": "auto-edit", "allow": ["run_command(npm test)"], "deny": ["run_command(git push*)"], "sandbox": "off" },
      "limits": { "workers": 2, "maxTurns": 7 },
      "languageServers": { "python": { "command": ["pyright-langserver", "--stdio"], "extensions": [".py"] } },
      "instructions": "Answer in English.",
      "engine": { "kind": "embedded" }, /* done */
    }`
    expect(load(text, { LOCAL_KEY: 'k' })).toEqual({
      providers: [
        { name: 'local', kind: 'openai', baseUrl: 'http://127.0.0.1:11434/v1', apiKeyEnv: 'LOCAL_KEY', apiKey: 'k' },
        { name: 'groq', kind: 'groq', apiKeyEnv: 'GROQ_API_KEY' },
        { name: 'anthropic', kind: 'anthropic', apiKeyEnv: 'ANTHROPIC_API_KEY' },
      ],
      roles: { fast: ['groq/llama-3.1-8b-instant', 'local/qwen3'], smart: ['anthropic/claude-sonnet-4-5'], instant: ['local/qwen3'] },
      policy: { mode: 'auto-edit', allow: ['run_command(npm test)'], ask: [], deny: ['run_command(git push*)'], sandbox: 'off' },
      limits: { ...defaultLimits(), workers: 2, maxTurns: 7 },
      languageServers: { python: { command: ['pyright-langserver', '--stdio'], extensions: ['.py'] } },
      instructions: 'Answer in English.',
      warnings: [],
    })
  })

  test.each([
    ['{\n  "limits": { "workers": 99 }\n}', /^config\.json:2:26: limits\.workers: /, { line: 2, column: 26 }],
    ['{\n  "policy": { "mode": "yolo" }\n}', /^config\.json:2:23: policy\.mode: /, { line: 2, column: 23 }],
    ['{ "providers": { "x": { "kind": "openai", "baseUrl": "ftp://a" } } }', /^config\.json:1:54: providers\.x\.baseUrl: /, { line: 1, column: 54 }],
    ['{ "roles": { "fast": ["nothing/x"] } }', /^config\.json:1:23: roles\.fast\.0: there is no provider "nothing"/, { line: 1, column: 23 }],
    ['{ "roles": { "fast": ["opena/x"] },\n"providers": { "openai": { "kind": "openai" } } }', /did you mean "openai"\?$/, { line: 1 }],
    ['{ "roles": { "smart": ["gpt"] } }', /names no model: write PROVIDER\/MODEL$/, { line: 1, column: 24 }],
    ['{ "policy": { "deny": ["ok", "run_command("] } }', /^config\.json:1:30: policy\.deny\.1: .*is no rule/, { line: 1, column: 30 }],
    ['{\n  "limits": {', /^config\.json:2:\d+: this is no JSON/, { line: 2 }],
    ['[]', /^config\.json:1:1: the file: /, { line: 1, column: 1 }],
    ['{ "providers": { "x": { } } }', /providers\.x\.kind/, { line: 1, column: 23 }],
  ])('%j is refused with its place', (text, message, details) => {
    const found = failure(text)
    expect(found.message).toMatch(message)
    expect(found.details).toMatchObject({ path: join(dir, 'config.json'), ...details })
  })

  test('an unknown key is a warning that suggests the nearest, and the rest holds', () => {
    const config = load('{\n  "polici": {},\n  "limits": { "worker": 1, "maxTurns": 9 },\n  "roles": { "smrt": ["a/b"] },\n  "zzz": 1\n}')
    expect(config.limits.maxTurns).toBe(9)
    expect(config.warnings.map((warning) => warning.replace(`${dir}/`, '')).sort()).toEqual([
      'config.json:2:3: unknown key "polici", did you mean "policy"?',
      'config.json:3:15: unknown key "worker", did you mean "workers"?',
      'config.json:4:14: unknown key "smrt", did you mean "smart"?',
      expect.stringMatching(/^config\.json:5:3: unknown key "zzz"; known are providers, roles, /),
    ])
  })

  test('whatever the file holds, it is taken or refused with a place, and never rewritten', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.record({ limits: fc.jsonValue(), roles: fc.jsonValue(), policy: fc.jsonValue(), providers: fc.jsonValue(), x: fc.jsonValue() }, { requiredKeys: [] }).map((value) => JSON.stringify(value)))
    fc.assert(
      fc.property(texts, (text) => {
        expect(outcome(text)).toMatch(/^(?:taken|refused at \d+:\d+)$/)
        expect(readFileSync(join(dir, 'config.json'), 'utf8')).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('a file that cannot be read is named', () => {
    mkdirSync(join(dir, 'config.json'))
    expect(() => load(undefined)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('config.json') }))
  })
})

describe('the environment', () => {
  test('a key alone defines its provider and the roles', () => {
    expect(load(undefined, { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })).toMatchObject({
      providers: [{ name: 'openai', kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'k', apiKeyEnv: 'OPENAI_API_KEY' }],
      roles: { smart: ['openai/gpt-5.1'], fast: ['openai/gpt-5-mini'], instant: ['openai/gpt-5-nano'] },
    })
    for (const [name, key] of [['anthropic', 'ANTHROPIC_API_KEY'], ['gemini', 'GEMINI_API_KEY'], ['groq', 'GROQ_API_KEY']] as const) {
      const config = load(undefined, { [key]: 'k' })
      expect([config.providers[0]?.name, ...Object.values(config.roles).map(([model]) => model?.split('/')[0])]).toEqual([name, name, name, name])
    }
  })

  test('it wins over the file', () => {
    const text = '{ "providers": { "openai": { "kind": "openai", "baseUrl": "http://file/v1" } } }'
    expect(load(text, { OPENAI_API_KEY: 'k' }).providers).toEqual([{ name: 'openai', kind: 'openai', baseUrl: 'http://file/v1', apiKeyEnv: 'OPENAI_API_KEY', apiKey: 'k' }])
    expect(load(text, { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://env/v1' }).providers[0]?.baseUrl).toBe('http://env/v1')
  })

  test('a base URL that is none is refused', () => {
    expect(() => load(undefined, { OPENAI_BASE_URL: 'localhost' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  test('the names of the keys are told, never the keys', () => {
    const env = { OPENAI_API_KEY: 'secret', LOCAL: 'secret', GROQ_API_KEY: '' }
    expect(keyNames(load('{ "providers": { "x": { "kind": "openai", "apiKeyEnv": "LOCAL" } }, "roles": { "fast": ["x/y"] } }', env), env)).toEqual(['OPENAI_API_KEY', 'LOCAL'])
  })

  test('a provider that no role names is told of', () => {
    expect(load('{ "providers": { "local": { "kind": "openai" } } }').warnings).toEqual([expect.stringContaining('local')])
  })
})

describe('a workspace', () => {
  test('may set instructions, deny rules and language servers, and nothing else', async () => {
    mkdirSync(join(dir, '.rainy'))
    writeFileSync(join(dir, '.rainy/config.json'), '{ "instructions": "Be brief.", "policy": { "deny": ["run_command(rm *)"], "allow": ["run_command"] }, "providers": {} }')
    writeFileSync(join(dir, 'AGENTS.md'), '# Tabs\n')
    expect(await readWorkspaceConfig(dir)).toEqual({ instructions: 'Be brief.', policy: { deny: ['run_command(rm *)'] } })
    expect(await readInstructions(dir, { instructions: 'English.' })).toBe('English.\n\nBe brief.\n\n# Tabs')
  })

  test('that has none is silent', async () => {
    expect([await readWorkspaceConfig(dir), await readInstructions(dir, { instructions: '' })]).toEqual([undefined, ''])
  })

  test('whose deny rule is not understood is refused', async () => {
    mkdirSync(join(dir, '.rainy'))
    writeFileSync(join(dir, '.rainy/config.json'), '{ "policy": { "deny": ["("] } }')
    await expect(readWorkspaceConfig(dir)).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { line: 1, column: 24 } })
  })

  test('with a huge AGENTS.md gives the beginning of it and says so', async () => {
    writeFileSync(join(dir, 'AGENTS.md'), 'ä'.repeat(AGENTS_FILE_LIMIT_BYTES))
    const text = await readInstructions(dir, { instructions: '' })
    expect([text.startsWith('äää'), text.includes('\uFFFD'), Buffer.byteLength(text) < AGENTS_FILE_LIMIT_BYTES + 100, text.endsWith('left out]')]).toEqual([true, false, true, true])
  })
})

test('the nearest word is one that is near', () => {
  expect([nearest('raedme', ['readme', 'run']), nearest('taks', ['tasks', 'tool']), nearest('xyz', ['tasks']), nearest('q', ['run'])]).toEqual(['readme', 'tasks', undefined, undefined])
})
