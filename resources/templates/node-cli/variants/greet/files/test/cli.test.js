import assert from 'node:assert/strict'
import test from 'node:test'
import { greet } from '../src/greet.js'
import { run } from '../test-support/run.js'

test('everybody named is greeted in one sentence', () => {
  assert.equal(greet([]), 'Hello, world!')
  assert.equal(greet(['Ada']), 'Hello, Ada!')
  assert.equal(greet(['Ada', 'Alan', 'Grace']), 'Hello, Ada, Alan, and Grace!')
  assert.equal(greet(['Ada'], { word: 'Hi', shout: true }), 'HI, ADA!')
})

test('the command greets and ends with status 0', async () => {
  assert.deepEqual(await run([]), { stdout: 'Hello, world!\n', stderr: '', exitCode: 0 })
  assert.deepEqual(await run(['--word', 'Hi', 'Ada', 'Alan']), { stdout: 'Hi, Ada and Alan!\n', stderr: '', exitCode: 0 })
  assert.deepEqual(await run(['--shout', 'Ada']), { stdout: 'HELLO, ADA!\n', stderr: '', exitCode: 0 })
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
