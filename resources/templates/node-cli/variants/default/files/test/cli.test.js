import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { count } from '../src/count.js'
import { run } from '../test-support/run.js'

let cwd
before(async () => {
  cwd = await mkdtemp(join(tmpdir(), '{{bare}}-'))
  await writeFile(join(cwd, 'poem.txt'), 'roses are red\nviolets are blue\n')
  await writeFile(join(cwd, 'empty.txt'), '')
})
after(() => rm(cwd, { recursive: true, force: true }))

test('lines, words and characters are counted as a reader would', () => {
  assert.deepEqual(count('one two\nthree'), { lines: 2, words: 3, characters: 13 })
  assert.deepEqual(count(''), { lines: 0, words: 0, characters: 0 })
  assert.deepEqual(count('a\r\nb\r\n'), { lines: 2, words: 2, characters: 4 })
  assert.deepEqual(count('👩‍👩‍👧 é'), { lines: 1, words: 2, characters: 3 })
})

test('files are counted in the order they are given', async () => {
  assert.deepEqual(await run(['poem.txt', 'empty.txt'], { cwd }), { stdout: '2\t6\t31\tpoem.txt\n0\t0\t0\tempty.txt\n', stderr: '', exitCode: 0 })
})

test('standard input is read where no file is named', async () => {
  assert.deepEqual(await run([], { input: 'a b' }), { stdout: '1\t2\t3\t-\n', stderr: '', exitCode: 0 })
})

test('--json prints data', async () => {
  const { stdout, exitCode } = await run(['--json', 'poem.txt'], { cwd })
  assert.deepEqual(JSON.parse(stdout), [{ file: 'poem.txt', lines: 2, words: 6, characters: 31 }])
  assert.equal(exitCode, 0)
})

test('a file that is not there is named, the others are counted, and the status is 1', async () => {
  const { stdout, stderr, exitCode } = await run(['gone.txt', 'empty.txt'], { cwd })
  assert.equal(stdout, '0\t0\t0\tempty.txt\n')
  assert.match(stderr, /gone\.txt: there is no such file/)
  assert.equal(exitCode, 1)
})

test('an unknown option is refused with status 2', async () => {
  const { stdout, stderr, exitCode } = await run(['--wrong'])
  assert.equal(stdout, '')
  assert.match(stderr, /--wrong/)
  assert.equal(exitCode, 2)
})

test('--help and --version print to standard output', async () => {
  const help = await run(['--help'])
  assert.match(help.stdout, /^{{bare}}: .*\n\nUsage: {{bare}} /)
  assert.equal(help.exitCode, 0)
  const version = await run(['-v'])
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
  assert.equal(version.exitCode, 0)
})
