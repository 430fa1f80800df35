import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { LanguageServerConfig } from '../../../../shared/config.ts'
import { systemClock } from '../../platform/clock.ts'
import { silentLog } from '../../platform/log.ts'
import { createLanguageServers } from './language-servers.ts'
import type { LanguageServers } from './types.ts'

const { signal } = new AbortController()
const ends: Array<() => unknown> = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function workspace(files: Record<string, string>): { root: string; write(path: string, text: string): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'diagnostics-')))
  ends.push(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
  for (const [path, text] of Object.entries(files)) write(path, text)
  return { root, write }
}

function servers(configured: Record<string, LanguageServerConfig> = {}): LanguageServers {
  const made = createLanguageServers({ configured: () => configured, env: process.env, log: silentLog, clock: systemClock })
  ends.push(() => made.dispose())
  return made
}

const TSCONFIG = '{"compilerOptions":{"strict":true,"module":"nodenext","types":[]}}'

test('TypeScript says what is wrong, offers its fixes as edits, and sees each change on disk', async () => {
  const { root, write } = workspace({ 'tsconfig.json': TSCONFIG, 'a.ts': 'export const y = twice(2)\nexport const z: number = "a"\n', 'b.ts': 'export function twice(n: number) { return 2 * n }\n' })
  const server = servers()
  const errors = async (path: string): Promise<unknown[]> => (await server.diagnostics({ root, path, signal })).filter((one) => one.severity === 'error')
  expect(await errors('.')).toEqual([
    {
      path: 'a.ts', line: 1, column: 18, severity: 'error', message: "Cannot find name 'twice'.", code: '2304', source: 'ts',
      fixes: expect.arrayContaining([{ title: expect.stringMatching(/^Add import from/), edits: [expect.objectContaining({ path: 'a.ts', line: 1, column: 1, endLine: 1, endColumn: 1, newText: expect.stringContaining('import { twice }') })] }]),
    },
    { path: 'a.ts', line: 2, column: 14, severity: 'error', message: "Type 'string' is not assignable to type 'number'.", code: '2322', source: 'ts' },
  ])
  write('a.ts', 'import { twice } from "./b.js"\nexport const y = twice(2)\n')
  expect(await errors('a.ts')).toEqual([])
  write('b.ts', 'export function thrice(n: number) { return 3 * n }\n')
  expect(await errors('a.ts')).toEqual([expect.objectContaining({ path: 'a.ts', line: 1, code: expect.stringMatching(/2305|2724/) })])
  rmSync(join(root, 'b.ts'))
  expect(await errors('a.ts')).toEqual([expect.objectContaining({ path: 'a.ts', line: 1, code: '2307' })])
})

/** A server that pushes: each line with "bad" is an error. `die` in a file ends it. */
const PUSHING_SERVER = `
let buffer = Buffer.alloc(0)
const send = (message) => { const body = JSON.stringify({ jsonrpc: '2.0', ...message }); process.stdout.write('Content-Length: ' + Buffer.byteLength(body) + '\\r\\n\\r\\n' + body) }
const check = (uri, version, text) => {
  if (text.includes('die')) process.exit(1)
  send({ method: 'textDocument/publishDiagnostics', params: { uri, version, diagnostics: text.split('\\n').flatMap((line, n) => line.includes('bad') ? [{ range: { start: { line: n, character: 0 }, end: { line: n, character: 3 } }, message: 'bad line', severity: 2 }] : []) } })
}
process.stdin.on('data', (data) => {
  buffer = Buffer.concat([buffer, data])
  for (;;) {
    const end = buffer.indexOf('\\r\\n\\r\\n')
    const length = Number(/Content-Length: (\\d+)/.exec(buffer.toString('latin1'))?.[1])
    if (end < 0 || buffer.length < end + 4 + length) return
    const { id, method, params } = JSON.parse(buffer.subarray(end + 4, end + 4 + length))
    buffer = buffer.subarray(end + 4 + length)
    if (method === 'initialize') send({ id, result: { capabilities: { textDocumentSync: 1 } } })
    else if (method === 'textDocument/didOpen') check(params.textDocument.uri, params.textDocument.version, params.textDocument.text)
    else if (method === 'textDocument/didChange') check(params.textDocument.uri, params.textDocument.version, params.contentChanges[0].text)
    else if (method === 'exit') process.exit(0)
    else if (id !== undefined) send({ id, result: null })
  }
})
`

test('a configured server that pushes is understood; one that keeps ending is given up', async () => {
  const { root, write } = workspace({ 'server.cjs': PUSHING_SERVER, 'a.toy': 'good\nbad\n' })
  const server = servers({ toy: { command: [process.execPath, join(root, 'server.cjs')], extensions: ['.toy'] } })
  expect(await server.diagnostics({ root, path: 'a.toy', signal })).toEqual([{ path: 'a.toy', line: 2, column: 1, severity: 'warning', message: 'bad line', code: '', source: '' }])
  write('a.toy', 'good\n')
  expect(await server.diagnostics({ root, path: 'a.toy', signal })).toEqual([])
  const outcomes: unknown[] = []
  for (let attempt = 0; attempt < 5; attempt += 1) {
    write('a.toy', `die ${attempt}\n`)
    outcomes.push(await server.diagnostics({ root, path: 'a.toy', signal }).catch((error: { code: string }) => error.code))
  }
  expect(outcomes.at(-1)).toBe('LANGUAGE_SERVER_UNAVAILABLE')
})

test('LANGUAGE_SERVER_UNAVAILABLE where there is none, or it does not start', async () => {
  const { root } = workspace({ 'a.unknown': 'x', 'a.toy': 'x' })
  await expect(servers().diagnostics({ root, path: 'a.unknown', signal })).rejects.toMatchObject({ code: 'LANGUAGE_SERVER_UNAVAILABLE' })
  const missing = servers({ toy: { command: ['no-such-program-anywhere'], extensions: ['.toy'] } })
  await expect(missing.diagnostics({ root, path: 'a.toy', signal })).rejects.toMatchObject({ code: 'LANGUAGE_SERVER_UNAVAILABLE' })
})

test('a cancelled question is CANCELLED', async () => {
  const { root } = workspace({ 'a.ts': 'export {}\n' })
  await expect(servers().diagnostics({ root, path: '.', signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
})
