import * as fc from 'fast-check'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { silentLog } from '../../platform/log.ts'
import { openWorkspace } from '../../workspace/open-workspace.ts'
import type { Analysis } from './analyze.ts'
import { createAnalyzeCodeTool } from './analyze-code.ts'
import { LANGUAGES } from './languages.ts'

const tool = createAnalyzeCodeTool({ clock: systemClock, log: silentLog })
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function project(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'analysis-')))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function analyze(files: Record<string, string>, path: string, symbol?: string, signal = new AbortController().signal): Promise<Analysis> {
  const workspace = await openWorkspace({ root: project(files), protectedPaths: [], log: silentLog })
  try {
    const result = await tool.run({ path, symbol }, { workspace, signal, onOutput() {}, noteRead() {} })
    return tool.output.parse(result) as Analysis
  } finally {
    await workspace.dispose()
  }
}

/** An outline as nested names. */
type Names = Array<string | [string, Names]>
const names = (outline: Analysis['outline']): Names => outline.map(({ kind, name, children }) => (children ? [`${kind} ${name}`, names(children)] : `${kind} ${name}`))

const SCRIPT = `import a, { b as c, d } from './x.js'
import * as space from 'y'
import 'z'
export const answer = 42
export const twice = (n) => n * 2
export default class Thing {
  static count = 0
  method() { function inner() {} }
}
export { c as renamed }
export * from './w.js'
function helper() {}
const fs = require('node:fs')
`

test.each(['a.js', 'a.ts', 'a.tsx'])('outline, imports and exports of %s', async (path) => {
  const result = await analyze({ [path]: SCRIPT }, path)
  expect(names(result.outline)).toEqual(['variable answer', 'function twice', ['class Thing', ['field count', 'method method']], 'function helper', 'variable fs'])
  expect(result.outline[2]).toMatchObject({ line: 6, endLine: 9 })
  expect(result.imports).toEqual([
    { source: './x.js', names: ['a', 'c', 'd'], line: 1 },
    { source: 'y', names: ['space'], line: 2 },
    { source: 'z', names: [], line: 3 },
    { source: './w.js', names: [], line: 11 },
    { source: 'node:fs', names: ['fs'], line: 13 },
  ])
  expect(result.exports.map(({ name }) => name)).toEqual(['answer', 'twice', 'default', 'renamed', '*'])
})

test('what is only in TypeScript', async () => {
  const { outline, exports, language } = await analyze({ 'a.ts': 'export interface I { a: string; m(): void }\nexport type T = I\nexport enum E { A }\nnamespace N { export const x = 1 }\nabstract class C { abstract m(): void }\n' }, 'a.ts')
  expect(language).toBe('TypeScript')
  expect(names(outline)).toEqual([['interface I', ['field a', 'method m']], 'type T', 'enum E', ['namespace N', ['variable x']], ['class C', ['method m']]])
  expect(exports.map(({ name }) => name)).toEqual(['I', 'T', 'E'])
})

test('CommonJS exports', async () => {
  expect((await analyze({ 'a.cjs': 'exports.one = 1\nmodule.exports.two = 2\nmodule.exports = 3\n' }, 'a.cjs')).exports.map(({ name }) => name)).toEqual(['one', 'two', 'module.exports'])
})

test('Python', async () => {
  const { outline, imports, exports } = await analyze({ 'a.py': 'import os.path as p, sys\nfrom .a import b as c, d\nclass A(B):\n    def m(self): pass\n    @d\n    def n(self): pass\nX = 1\ndef _hidden(): pass\n' }, 'a.py')
  expect(names(outline)).toEqual([['class A', ['function m', 'function n']], 'variable X', 'function _hidden'])
  expect(imports).toEqual([
    { source: 'os.path', names: ['p'], line: 1 },
    { source: 'sys', names: ['sys'], line: 1 },
    { source: '.a', names: ['c', 'd'], line: 2 },
  ])
  expect(exports.map(({ name }) => name)).toEqual(['A', 'X'])
})

test('Go', async () => {
  const { outline, imports, exports } = await analyze({ 'a.go': 'package x\nimport (\n\tf "fmt"\n\t"os"\n)\nfunc F() {}\nfunc (t *T) m() {}\ntype T struct { A int }\nconst C = 1\n' }, 'a.go')
  expect(names(outline)).toEqual(['function F', 'method m', 'type T', 'constant C'])
  expect(imports).toEqual([{ source: 'fmt', names: ['f'], line: 3 }, { source: 'os', names: [], line: 4 }])
  expect(exports.map(({ name }) => name)).toEqual(['F', 'T', 'C'])
})

test('Rust', async () => {
  const { outline, imports, exports } = await analyze({ 'a.rs': 'use std::io::Read;\npub fn f() {}\nstruct S { a: i32 }\nimpl Read for S { fn m(&self) {} }\npub mod m { fn z() {} }\n' }, 'a.rs')
  expect(names(outline)).toEqual(['function f', ['struct S', ['field a']], ['impl Read for S', ['function m']], ['module m', ['function z']]])
  expect(imports).toEqual([{ source: 'std::io::Read', names: [], line: 1 }])
  expect(exports.map(({ name }) => name)).toEqual(['f', 'm'])
})

test('Java', async () => {
  const { outline, imports, exports } = await analyze({ 'A.java': 'package x;\nimport static java.util.List.of;\npublic class A { int f; A() {} public void m() {} enum E { X } }\nclass B {}\n' }, 'A.java')
  expect(names(outline)).toEqual([['class A', ['field f', 'constructor A', 'method m', 'enum E']], 'class B'])
  expect(imports).toEqual([{ source: 'java.util.List.of', names: [], line: 2 }])
  expect(exports.map(({ name }) => name)).toEqual(['A'])
})

test('CSS and HTML', async () => {
  const css = await analyze({ 'a.css': '@import url("x.css");\n.a, #b { color: red }\n@media (x) { p { a: b } }\n' }, 'a.css')
  expect(names(css.outline)).toEqual(['rule .a, #b', ['media @media (x)', ['rule p']]])
  expect(css.imports).toEqual([{ source: 'x.css', names: [], line: 1 }])
  const html = await analyze({ 'a.html': '<html><head><script src="x.js"></script><link href="y.css"></head><body><div id="main"><h1>Title</h1></div></body></html>' }, 'a.html')
  expect(names(html.outline)).toEqual(['script script', ['element div#main', ['element h1 Title']]])
  expect(html.imports.map(({ source }) => source)).toEqual(['x.js', 'y.css'])
})

test('references are found across the files of the language, as names and not as text', async () => {
  const files = {
    'a.ts': 'export function total() {}\n// total\nconst s = "total"\n',
    'b/c.tsx': 'import { total } from "../a"\ntotal(); subtotal()\n',
    'd.js': 'const { total } = x\n',
    'e.py': 'total = 1\n',
    'node_modules/m/i.ts': 'total()\n',
    '.gitignore': 'out\n',
    'out/a.js': 'total()\n',
  }
  expect((await analyze(files, 'a.ts', 'total')).references).toEqual([
    { path: 'a.ts', line: 1, column: 17, text: 'export function total() {}' },
    { path: 'b/c.tsx', line: 1, column: 10, text: 'import { total } from "../a"' },
    { path: 'b/c.tsx', line: 2, column: 1, text: 'total(); subtotal()' },
    { path: 'd.js', line: 1, column: 9, text: 'const { total } = x' },
  ])
  expect((await analyze(files, 'e.py', 'total')).references).toHaveLength(1)
  for (const symbol of ['.*', '(', '[', '\\', '$']) expect((await analyze(files, 'a.ts', symbol)).references).toEqual([])
})

test.each([
  ['NOT_FOUND', 'nowhere.ts'],
  ['INVALID_TOOL_ARGS', 'a.txt'],
  ['IS_DIRECTORY', 'folder'],
  ['FILE_TOO_LARGE', 'large.ts'],
  ['PATH_OUTSIDE_WORKSPACE', '../../etc/passwd'],
])('%s for %s', async (code, path) => {
  await expect(analyze({ 'a.txt': 'x', 'folder/a.ts': '', 'large.ts': ' '.repeat(2 * 1024 * 1024 + 1) }, path)).rejects.toMatchObject({ code })
})

test('CANCELLED', async () => {
  await expect(analyze({ 'a.ts': 'x' }, 'a.ts', 'x', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('no text in any language makes it fail', async () => {
  const fragments = ['class A {', '}', '(', 'import ', 'export default ', 'from "x"', 'fn f()', '<div id="', '<h1>', 'def x():\n', '@media', 'func (', '=>', '\0', '\uD800', '`${', 'pub ', ';', '\n', 'impl T for ', 'exports.a = ', 'require(', ')']
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...LANGUAGES), fc.array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 40 }), async (language, parts) => {
      const path = `file${language.extensions[0]}`
      const result = await analyze({ [path]: parts.join('') }, path, 'A')
      expect(result.language).toBe(language.name)
    }),
    { numRuns: 60, endOnFailure: true },
  )
}, 60_000)
