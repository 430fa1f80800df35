import { spawn, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTrial, eventsOf, type Trial } from './trial.ts'

const BIN = fileURLToPath(new URL('../../bin/rainy.mjs', import.meta.url))
const LONG_MS = 120_000
let trial: Trial
beforeEach(() => {
  trial = createTrial()
})
afterEach(() => trial[Symbol.dispose]())

test.each([
  ['slugify', 'create a node library called slugify', 'src/index.js'],
  ['wordcount', 'create a command line tool called wordcount', 'src/'],
])('makes %s, whose own tests pass, and fail without the implementation', { timeout: LONG_MS }, async (name, task, source) => {
  const project = join(trial.dir, name)
  const made = await trial.rainy('run', task, '--workspace', project, '--yes', '--json')
  const events = eventsOf(made)
  expect([made.code, events.at(-1)]).toMatchObject([0, { type: 'complete', result: { success: true } }])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  expect(passes(project)).toBe(true)
  const files = (await trial.show(events[0]?.taskId ?? '')).changes.map(({ path }) => path).filter((path) => path.startsWith(source) && path.endsWith('.js'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) writeFileSync(join(project, file), '')
  expect(passes(project)).toBe(false)
})

test('usage is 2, what is not there is 2, what fails is 1, and stdout stays empty', { timeout: LONG_MS }, async () => {
  const wrong = [['nope'], ['run', '--mode', 'x', 'y'], ['show', 'zzz'], ['show', ''], ['approve', 'zzz'], ['run', '-c', 'x', '--workspace', trial.folder('w')], ['run', 'x', '--model', 'foo/bar', '--workspace', trial.folder('m')], ['tool', 'read_file', '{']]
  for (const args of wrong) expect([args, await trial.rainy(...args)]).toMatchObject([args, { code: 2, stdout: '', stderr: expect.stringMatching(/^rainy: [^\n]+\n(?:Try [^\n]+\n)?$/) }])
  const file = join(trial.dir, 'file')
  writeFileSync(file, '')
  expect(await trial.rainy('run', 'x', '--workspace', file)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[NOT_FOUND]') })
})

test('a tool gives its result; unknown ones, wrong arguments and untrusted folders are `{ error }` and 1', { timeout: LONG_MS }, async () => {
  const project = trial.folder('p')
  writeFileSync(join(project, 'a.txt'), 'ä\n')
  const tool = async (...args: string[]): Promise<[number | null, unknown]> => {
    const { code, stdout } = await trial.rainy('tool', ...args, '--workspace', project, '--json')
    return [code, JSON.parse(stdout)]
  }
  expect(await tool('read_file', '{"path":"a.txt"}')).toEqual([0, { content: 'ä\n', lines: 1, truncated: false }])
  expect(await tool('read_file', '{"path":1}')).toMatchObject([1, { error: { code: 'INVALID_TOOL_ARGS' } }])
  expect(await tool('nope', '{}')).toMatchObject([1, { error: { code: 'UNKNOWN_TOOL' } }])
  expect(await tool('write_file', '{"path":"b","content":""}')).toMatchObject([1, { error: { code: 'UNTRUSTED_WORKSPACE' } }])
  expect((await trial.rainy('trust', project)).code).toBe(0)
  expect(await tool('write_file', '{"path":"b","content":"x"}')).toMatchObject([0, { created: true, bytes: 1 }])
  expect((await trial.rainy('trust', project, '--revoke')).code).toBe(0)
  expect(await tool('write_file', '{"path":"b","content":""}')).toMatchObject([1, { error: { code: 'UNTRUSTED_WORKSPACE' } }])
  expect(JSON.parse((await trial.rainy('tools', '--json')).stdout)).toHaveLength(14)
})

test('a mistake in the configuration is named with its line and column, an unknown key with the nearest; the file stays', { timeout: LONG_MS }, async () => {
  mkdirSync(trial.data)
  const config = join(trial.data, 'config.json')
  const wrong = '{\n  "roles": { "fast": ["nope/x"] }\n}'
  writeFileSync(config, wrong)
  for (const command of ['models', 'doctor']) expect(await trial.rainy(command)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/config\.json:2:23: .*\[CONFIG_INVALID\]\n$/) })
  expect(readFileSync(config, 'utf8')).toBe(wrong)
  writeFileSync(config, '{ "rols": {} }')
  expect(await trial.rainy('models', '--json')).toMatchObject({ code: 0, stderr: expect.stringContaining('unknown key "rols", did you mean "roles"') })
})

test('a data folder that cannot be used is said at once', { timeout: LONG_MS }, async () => {
  const file = join(trial.dir, 'file')
  writeFileSync(file, '')
  for (const dir of [file, join(file, 'below'), ...(process.platform === 'linux' ? ['/proc/rainy'] : [])]) {
    expect(await trial.rainy('trust', '--data-dir', dir)).toMatchObject({ code: 2, stderr: expect.stringContaining('[DB_UNOPENABLE]') })
    expect((await trial.rainy('doctor', '--data-dir', dir)).code).toBe(1)
  }
})

test('reading creates nothing, and a reader that leaves is no error', { timeout: LONG_MS }, async () => {
  expect(await trial.rainy('tasks', '--json')).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' })
  expect(existsSync(trial.data)).toBe(false)
  const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  expect(stderr).toBe('')
})

function passes(project: string): boolean {
  try {
    execFileSync('npm', ['test'], { cwd: project, stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
