import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RainyApi } from '../../../shared/api.ts'
import { ConnectionLostError } from '../../../shared/channel-client.ts'
import { attach } from './attach.ts'
import type { Attached } from './attach.ts'
import { dataPaths } from '../platform/paths.ts'
import type { DataPaths } from '../platform/paths.ts'
import { createFakeApi } from '../http/api.fake.ts'
import { listenLocal } from '../http/socket.ts'
import type { LocalServer } from '../http/socket.ts'

let root: string
let paths: DataPaths
const children: ChildProcess[] = []
const servers: LocalServer[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rainy-sock-'))
  paths = dataPaths(root, {})
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const server of servers.splice(0)) await server.close()
  rmSync(root, { recursive: true, force: true })
})

async function ownerElsewhere(): Promise<{ child: ChildProcess; path: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('attach.test-process.ts', import.meta.url)), paths.dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, path: (JSON.parse(line) as { path: string }).path }
}

async function listen(api: RainyApi = createFakeApi({ 'tasks.list': () => [] })): Promise<LocalServer> {
  const server = await listenLocal({ paths, api, hello: { version: '1.0.0', workspace: '/w', hasKey: () => false } })
  servers.push(server)
  return server
}

async function attached(keyNames: string[] = [], version = '1.0.0'): Promise<Attached> {
  const result = await attach({ paths, version, keyNames, answerMs: 2000 })
  if (typeof result === 'string') throw new Error(result)
  return result
}

test('a command attaches to an owner in another process, asks it, and follows 20,000 events without gap or repeat', async () => {
  const { child, path } = await ownerElsewhere()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const { client, pid, workspace } = await attached(['OPENAI_API_KEY'])
  expect({ pid, workspace }).toEqual({ pid: child.pid, workspace: '/w' })
  expect(await client.call('tasks.list', {})).toEqual([])
  let expected = 1
  for await (const event of client.subscribe('tasks.follow', { taskId: 't' })) expect(event.seq === expected++).toBe(true)
  expect(expected).toBe(20_001)
  client.close()
})

test('when the owner is killed its client sees at once that the connection is lost; a new owner takes the stale socket’s place', async () => {
  const { child } = await ownerElsewhere()
  const { client } = await attached()
  child.kill('SIGKILL')
  await client.closed
  await expect(client.call('tasks.list', {})).rejects.toBeInstanceOf(ConnectionLostError)
  expect(existsSync(paths.socket)).toBe(true)
  expect(await attach({ paths, version: '1.0.0', keyNames: [], answerMs: 1000 })).toBe('nobody')
  await listen()
  expect((await attached()).pid).toBe(process.pid)
})

test('without an owner nobody answers', async () => {
  expect(await attach({ paths, version: '1.0.0', keyNames: [], answerMs: 1000 })).toBe('nobody')
})

test('an owner that does not answer in time is silent', async () => {
  const { child } = await ownerElsewhere()
  child.kill('SIGSTOP')
  expect(await attach({ paths, version: '1.0.0', keyNames: [], answerMs: 100 })).toBe('silent')
})

test('a provider’s key that the owner lacks is CONFIG_INVALID and named', async () => {
  await listen()
  await expect(attached(['OPENAI_API_KEY'])).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('OPENAI_API_KEY') })
})

test('an owner of another version is ALREADY_RUNNING, with its version and pid', async () => {
  await listen()
  await expect(attached([], '2.0.0')).rejects.toMatchObject({ code: 'ALREADY_RUNNING', details: { pid: process.pid, version: '1.0.0' } })
})

test('a path too long for a socket is replaced by one in a private folder, which the next owner and close remove', async () => {
  const dir = join(root, 'd'.repeat(60), 'e'.repeat(60))
  mkdirSync(dir, { recursive: true })
  paths = dataPaths(dir, {})
  const { child, path } = await ownerElsewhere()
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  ;(await attached()).client.close()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const server = await listen()
  expect(existsSync(dirname(path))).toBe(false)
  ;(await attached()).client.close()
  await servers.pop()?.close()
  expect(existsSync(dirname(server.path))).toBe(false)
})

test('a record that points elsewhere has nothing removed there', async () => {
  paths = dataPaths(join(root, 'd'.repeat(100)), {})
  mkdirSync(paths.dir)
  const precious = join(root, 'precious', 'owner.sock')
  mkdirSync(dirname(precious))
  writeFileSync(join(paths.dir, 'owner.sock.path'), precious)
  await listen()
  expect(existsSync(dirname(precious))).toBe(true)
  expect(readFileSync(join(paths.dir, 'owner.sock.path'), 'utf8')).not.toBe(precious)
})

test.each([
  ['what is not JSON', 'GET / HTTP/1.1\r\n\r\n'],
  ['a line without end', `"${'x'.repeat(33 * 1024 * 1024)}`],
])('%s ends its own connection; others go on', async (_, bytes) => {
  await listen()
  const { client } = await attached()
  const socket = createConnection(paths.socket)
  const gone = new Promise((resolve) => socket.on('close', resolve))
  socket.on('error', () => undefined).write(bytes) // Written on after the other end had closed.
  await gone
  expect(await client.call('tasks.list', {})).toEqual([])
})

test('one who never reads is let go when too much waits for him; others go on', async () => {
  const server = await listen(createFakeApi({ 'tasks.list': () => Array.from({ length: 1000 }, () => 'x'.repeat(1000)) }))
  const { client } = await attached()
  const socket = createConnection(paths.socket).pause()
  await vi.waitFor(() => expect(server.clients()).toBe(2))
  socket.write('{"t":"hello","version":1}\n')
  for (let id = 1; id <= 100; id += 1) socket.write(`{"t":"call","id":${id},"op":"tasks.list","input":{}}\n`)
  await vi.waitFor(() => expect(server.clients()).toBe(1), { timeout: 5000 })
  expect(await client.call('tasks.list', {})).toHaveLength(1000)
  socket.destroy()
})

/** A core with one task, whose status and events the test gives. */
function oneTask(): { api: ReturnType<typeof createFakeApi>; task: { status: string }; say(event: object): void } {
  const task = { status: 'running' }
  const events: unknown[] = []
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }
  async function* follow(_: unknown, signal: AbortSignal | undefined): AsyncGenerator<unknown> {
    signal?.addEventListener('abort', wake)
    for (let at = 0; ; ) {
      if (signal?.aborted) return
      if (at < events.length) yield events[at++]
      else await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  return {
    task,
    api: createFakeApi({ 'tasks.get': () => task }, { 'tasks.follow': follow }),
    say(event) {
      events.push({ seq: events.length + 1, taskId: 't', ts: 1, ...event })
      wake()
    },
  }
}

async function isSettled(server: LocalServer): Promise<boolean> {
  return await Promise.race([server.settled().then(() => true), sleep(400).then(() => false)])
}

async function follow(): Promise<Attached['client']> {
  const { client } = await attached()
  const reading = (async () => {
    for await (const _ of client.subscribe('tasks.follow', { taskId: 't' })) await sleep(0)
  })()
  reading.catch(() => undefined) // Ends with its connection, which each test ends.
  await sleep(50)
  return client
}

test('a server is not settled while a call is in flight', async () => {
  const release = Promise.withResolvers<unknown>()
  const server = await listen(createFakeApi({ 'tasks.list': () => release.promise }))
  expect(await isSettled(server)).toBe(true)
  const { client } = await attached()
  const call = client.call('tasks.list', {})
  await sleep(50)
  const settled = server.settled()
  expect(await isSettled(server)).toBe(false)
  release.resolve([])
  await call
  await settled
})

test('a server is settled when the task that is followed has ended and its follower was told, or when the follower leaves', async () => {
  const { api, task, say } = oneTask()
  const server = await listen(api)
  const first = await follow()
  say({ type: 'step', step: 1, total: 1, message: 'x' })
  const settled = server.settled()
  expect(await isSettled(server)).toBe(false)
  task.status = 'completed'
  say({ type: 'complete', result: { success: true, summary: '', filesModified: [] } })
  await settled
  task.status = 'running'
  const second = await follow()
  say({ type: 'status', status: 'running' })
  const again = server.settled()
  expect(await isSettled(server)).toBe(false)
  first.close()
  second.close()
  await again
})

test.each(['parked', 'interrupted', 'completed'])('a followed task that is %s does not keep the owner, whatever its last event was', async (status) => {
  const { api, task, say } = oneTask()
  task.status = status
  say({ type: 'status', status: 'running' })
  const server = await listen(api)
  const client = await follow()
  expect(await isSettled(server)).toBe(true)
  client.close()
})

test('a follower of a task that does not exist does not keep the owner', async () => {
  const { api } = oneTask()
  const server = await listen({ ...api, call: () => Promise.reject(new Error('none')) })
  const client = await attach({ paths, version: '1.0.0', keyNames: [], answerMs: 2000 })
  if (typeof client === 'string') throw new Error(client)
  const item = client.client.subscribe('tasks.follow', { taskId: 't' })[Symbol.asyncIterator]().next()
  await sleep(50)
  expect(await isSettled(server)).toBe(true)
  client.client.close()
  await expect(item).rejects.toBeInstanceOf(ConnectionLostError)
})
