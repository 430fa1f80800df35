import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { fillTemplate } from './builtin/fill-template.ts'
import { toIdentifier, toPackageName } from './builtin/package-name.ts'
import { loadTemplates } from './load-templates.ts'

const templates = await loadTemplates(new URL('../../../resources/templates/', import.meta.url))
/** They start processes, on machines that may be busy. */
const TIMEOUT_MS = 60_000
const base = realpathSync(mkdtempSync(join(tmpdir(), 'templates-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** This Node, and the machine's own where it is another. */
function nodes(): string[] {
  const own = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules')).map((dir) => join(dir, 'node'))
  const found = [...own, '/usr/local/bin/node', '/usr/bin/node'].filter((path) => existsSync(path)).map((path) => realpathSync(path))
  return [...new Set([realpathSync(process.execPath), ...found.slice(0, 1)])]
}

let count = 0
function create(template: string, name: string): { dir: string; files: Record<string, string> } {
  const files = fillTemplate(templates[template]!, { name: toPackageName(name), description: undefined, year: '2026' })
  const dir = join(base, String((count += 1)))
  write(dir, files)
  return { dir, files }
}

function write(dir: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
}

interface Ended {
  status: number | null
  output: string
}

function end(command: string, args: string[], cwd: string, node: string): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell: process.platform === 'win32', env: { ...env, PATH: `${dirname(node)}${delimiter}${env['PATH'] ?? ''}` } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, output }))
  })
}

/** As a user would; npm itself runs on whatever Node comes first. */
const npmTest = (dir: string, node: string): Promise<Ended> => end('npm', ['test', '--silent'], dir, node)
/** What `npm test` runs, without npm's own second. */
const nodeTest = (dir: string): Promise<Ended> => end(process.execPath, ['--test'], dir, process.execPath)

const PROJECTS = Object.values(templates).flatMap(({ name, variants }) => variants.map((variant) => [name, variant.names[0] ?? 'my-thing'] as [string, string]))

describe.each(PROJECTS)('a project of template %s called %s', (template, name) => {
  test.each(nodes())('passes its own tests, with nothing installed, on %s', async (node) => {
    const { dir } = create(template, name)
    expect(await npmTest(dir, node)).toMatchObject({ status: 0 })
  }, TIMEOUT_MS)

  test('fails them when an implementation is emptied, in whichever way', async () => {
    const { files } = create(template, name)
    const trials = Object.keys(files)
      .filter((path) => /^(?:src|bin)\//.test(path))
      .flatMap((path) => {
        const names = [...(files[path] ?? '').matchAll(/^export (?:async )?function (\w+)/gm)].map(([, exported]) => exported)
        const hollow = names.map((exported) => `export function ${exported}() {}`).join('\n')
        return ['', ...(hollow ? [hollow] : [])].map((content) => ({ path, content }))
      })
    expect(trials.length).toBeGreaterThan(1)
    for (const { path, content } of trials) {
      const { dir } = create(template, name)
      write(dir, { [path]: content })
      expect((await nodeTest(dir)).status, `${path} with ${JSON.stringify(content)}`).not.toBe(0)
    }
  }, TIMEOUT_MS)

  test('has what a project needs, and no placeholder is left', () => {
    const { files } = create(template, name)
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['.gitignore', 'LICENSE', 'README.md', 'package.json']))
    for (const [path, content] of Object.entries(files)) expect(`${path}\n${content}`).not.toMatch(/\{\{\w+\}\}/)
    expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({ name, type: 'module', license: 'MIT', scripts: { test: 'node --test' } })
    expect(files['LICENSE']).toContain('2026')
  })
})

test.each(['test', 'delete', '3d', '@acme/items'])('a library called %s, which cannot name its function, passes too', async (name) => {
  expect(await nodeTest(create('node-library', name).dir)).toMatchObject({ status: 0 })
}, TIMEOUT_MS)

test('whatever a user calls a project, its name is one that npm takes and its function one that JavaScript takes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('Slugify', '@Acme/My Lib', '../../etc', '.hidden', 'node_modules', 'a'.repeat(300))), (text) => {
      const name = toPackageName(text)
      expect(name).toMatch(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/)
      expect(name.length).toBeLessThanOrEqual(214)
      expect(name).not.toBe('node_modules')
      expect(toPackageName(name)).toBe(name)
      expect(toIdentifier(name)).toMatch(/^[a-z][A-Za-z0-9]*$/)
    }),
  )
})

test('a description with quotes leaves package.json whole', () => {
  const files = fillTemplate(templates['node-cli']!, { name: 'x', description: 'Says "hi" \\ {{name}}', year: '' })
  expect(JSON.parse(files['package.json'] ?? '').description).toBe('Says "hi" \\ {{name}}')
})

test('templates that are not there are an error that says what to do', async () => {
  await expect(loadTemplates(pathToFileURL(join(base, 'nowhere/')))).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('install the program again') })
})
