import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { createFakeClock } from '../platform/clock.fake.ts'
import { silentLog, type Log } from '../platform/log.ts'
import { createFsFake, systemError } from '../workspace/fs-port.fake.ts'
import { openHouse, type HouseOptions, type ToolHouse } from './executor.fixture.ts'
import type { CommandRequest, CommandResult } from './terminal/types.ts'

const houses: ToolHouse[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.dispose()
})
const open = async (options: HouseOptions = {}): Promise<ToolHouse> => {
  const house = await openHouse(options)
  houses.push(house)
  return house
}
const RESULT: CommandResult = { exitCode: 0, output: '', truncated: false, durationMs: 1 }
const reads = (count: number): Array<{ tool: string; args: { path: string } }> => Array.from({ length: count }, (_, at) => ({ tool: 'read_file', args: { path: `${at}.txt` } }))

async function putFiles(root: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, at) => writeFile(join(root, `${at}.txt`), `${at}`)))
}

test('five reads of one answer overlap in time, and so do ten, no more', async () => {
  let running = 0
  let most = 0
  const fs = createFsFake(async (operation) => {
    // What is in the cache is looked at, not read.
    if (operation !== 'handle.read' && operation !== 'stamp') return
    most = Math.max(most, (running += 1))
    await sleep(100)
    running -= 1
  })
  const house = await open({ fs })
  await putFiles(house.root, 15)
  expect((await house.batch(reads(5))).outcomes.map((outcome) => outcome.status)).toEqual(Array.from({ length: 5 }, () => 'success'))
  expect(most).toBe(5)
  most = 0
  const [one, two] = await Promise.all([house.batch(reads(15), { step: 'one' }), house.batch(reads(15), { step: 'two' })])
  expect([...one.outcomes, ...two.outcomes].every((outcome) => outcome.status === 'success')).toBe(true)
  expect(most).toBe(10)
  most = 0
  await house.batch(reads(5), { step: 'three', parallel: false })
  expect(most).toBe(1)
  await house.batch(reads(8), { step: 'four', maxConcurrency: 3 })
  expect(most).toBe(3)
})

test('results stand in the order of the calls, whichever ended first', async () => {
  const fs = createFsFake(async (operation, path) => {
    if (operation === 'handle.read' && path.endsWith('0.txt')) await sleep(100)
  })
  const house = await open({ fs })
  await putFiles(house.root, 3)
  const ended: number[] = []
  const end = await house.batch(reads(3), { onFinished: (index) => ended.push(index) })
  expect(end.outcomes.map((outcome) => (outcome.status === 'success' ? outcome.content : outcome.status))).toEqual(['0', '1', '2'])
  expect(ended.at(-1)).toBe(0)
})

test('many files are read in chunks, each with its result or its error', async () => {
  const house = await open()
  await putFiles(house.root, 45)
  const outcomes = await house.executor.batchRead([...Array.from({ length: 45 }, (_, at) => `${at}.txt`), 'none', '../out'], house.workspace, { signal: new AbortController().signal })
  expect(outcomes).toHaveLength(47)
  expect(outcomes[44]).toEqual({ result: { content: '44', lines: 1, truncated: false } })
  expect(outcomes.slice(45)).toMatchObject([{ error: { code: 'NOT_FOUND' } }, { error: { code: 'PATH_OUTSIDE_WORKSPACE' } }])
})

test('commands have a lane of their own: two at a time, and reads do not wait for them', async () => {
  let running = 0
  let most = 0
  const go = Promise.withResolvers<void>()
  const run = async (): Promise<CommandResult> => {
    most = Math.max(most, (running += 1))
    await go.promise
    running -= 1
    return RESULT
  }
  const house = await open({ terminals: { run } })
  await putFiles(house.root, 1)
  const commands = Array.from({ length: 4 }, async (_, at) => house.batch([{ tool: 'run_command', args: { command: 'x' } }], { step: `c${at}` }))
  await expect.poll(() => running).toBe(2)
  expect((await house.batch(reads(1), { step: 'read' })).outcomes).toMatchObject([{ status: 'success' }])
  go.resolve()
  await Promise.all(commands)
  expect(most).toBe(2)
})

test('a cancelled batch stops what runs and never starts what waits', async () => {
  const begun: string[] = []
  let stopped = false
  const run = async ({ command, signal }: CommandRequest): Promise<CommandResult> => {
    begun.push(command)
    await sleep(60_000, undefined, { signal }).catch(() => (stopped = true))
    throw new RainyError('CANCELLED', 'stopped')
  }
  const house = await open({ terminals: { run } })
  const controller = new AbortController()
  const running = house.batch([{ tool: 'run_command', args: { command: 'one' } }, { tool: 'run_command', args: { command: 'two' } }], { signal: controller.signal })
  await expect.poll(() => begun).toEqual(['one'])
  controller.abort()
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  expect({ begun, stopped }).toEqual({ begun: ['one'], stopped: true })
  expect(await house.executor.runOne('read_file', { path: 'x' }, house.workspace, { signal: controller.signal })).toMatchObject({ error: { code: 'CANCELLED' } })
})

test('a call that takes too long ends as TIMEOUT, though the disk never answers', async () => {
  const clock = createFakeClock()
  let reading = false
  const fs = createFsFake(async (operation) => {
    if (operation !== 'handle.read') return
    reading = true
    await sleep(60_000, undefined, { ref: false })
  })
  const house = await open({ fs, clock })
  await putFiles(house.root, 1)
  const running = house.batch(reads(1))
  await expect.poll(() => reading).toBe(true)
  await clock.advance(40_000)
  expect((await running).outcomes).toMatchObject([{ status: 'error', error: { code: 'TIMEOUT' } }])
})

test('a full disk and a refused write are told as such and leave the file as it was', async () => {
  let code = 'ENOSPC'
  const fs = createFsFake((operation) => {
    if (operation === 'handle.sync') throw systemError(code)
  })
  const house = await open({ fs })
  await putFiles(house.root, 1)
  const write = { path: '0.txt', content: 'new' }
  expect(await house.call('write_file', write)).toMatchObject({ error: { code: 'DISK_FULL' } })
  code = 'EACCES'
  expect(await house.call('write_file', write)).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
  expect(await house.call('read_file', { path: '0.txt' })).toMatchObject({ result: { content: '0' } })
})

test('what no one foresaw is INTERNAL for the caller and an error in the log', async () => {
  const errors: string[] = []
  const log: Log = { ...silentLog, error: (message) => errors.push(message) }
  const house = await open({ log, terminals: { run: async () => Promise.reject(new Error('surprise')) } })
  expect(await house.call('run_command', { command: 'x' })).toMatchObject({ error: { code: 'INTERNAL', message: 'surprise' } })
  expect(errors).toHaveLength(1)
})

test('a result is bounded: too long a one is OUTPUT_LIMIT, a long one is shown to the model in part', async () => {
  const house = await open({ terminals: { run: async ({ command }) => ({ ...RESULT, output: 'x'.repeat(Number(command)) }) } })
  const end = await house.batch([{ tool: 'run_command', args: { command: '500000' } }, { tool: 'run_command', args: { command: '3000000' } }])
  expect(end.outcomes[1]).toMatchObject({ status: 'error', error: { code: 'OUTPUT_LIMIT' } })
  const [long] = end.outcomes
  expect(long).toMatchObject({ status: 'success', content: expect.stringContaining('characters left out') })
  expect(JSON.stringify(long)).toHaveProperty('length', expect.any(Number))
  house.db.transaction(() => end.commit())
  expect((await house.batch([{ tool: 'run_command', args: { command: '500000' } }])).outcomes[0]).toEqual(long)
})

test('a cached file is never shown once it has changed, also with the same size and time', async () => {
  const house = await open()
  await mkdir(join(house.root, 'd'))
  await writeFile(join(house.root, 'd/a.txt'), 'one')
  await sleep(80)
  const { utimes, stat } = await import('node:fs/promises')
  const before = await stat(join(house.root, 'd/a.txt'))
  expect(await house.call('read_file', { path: 'd/a.txt' })).toMatchObject({ result: { content: 'one' } })
  expect(await house.call('read_file', { path: 'd/a.txt' })).toMatchObject({ result: { content: 'one' } })
  await writeFile(join(house.root, 'd/a.txt'), 'two')
  await utimes(join(house.root, 'd/a.txt'), before.atime, before.mtime)
  expect(await house.call('read_file', { path: 'd/a.txt' })).toMatchObject({ result: { content: 'two' } })
})
