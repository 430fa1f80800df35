import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConnectionLostError } from '../../../shared/channel-client.ts'
import { createFakeApi } from '../http/api.fake.ts'
import { systemClock } from '../platform/clock.ts'
import { dataPaths } from '../platform/paths.ts'
import type { DataPaths } from '../platform/paths.ts'
import { acquireOwnership } from '../store/ownership.ts'
import { createFakeCore } from './session-core.fake.ts'
import { openSession } from './session.ts'
import type { Session, SessionOptions } from './types.ts'

let root: string
let paths: DataPaths
const children: ChildProcess[] = []
const sessions: Session[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rainy-sess-'))
  paths = dataPaths(root, {})
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const session of sessions.splice(0)) await session.close({ now: true })
  rmSync(root, { recursive: true, force: true })
})

const here = new URL('file:///nowhere/')

async function open(need: SessionOptions['need'], more: Partial<SessionOptions> = {}): Promise<Session> {
  const session = await openSession({
    paths,
    env: {},
    need,
    kind: 'command',
    version: '1.0.0',
    files: { worker: here, toolThread: here, resources: here },
    workspace: '/w',
    createCore: async (start) => createFakeCore(start, 20),
    createReader: () => ({ api: createFakeApi({ 'tasks.list': () => [] }), dispose() {} }),
    ...more,
  })
  sessions.push(session)
  return session
}

interface Other {
  child: ChildProcess
  said: Array<Record<string, unknown>>
  until(fits: (fact: Record<string, unknown>) => boolean): Promise<void>
}

function other(steps: number, task?: string): Other {
  const child = spawn(process.execPath, [fileURLToPath(new URL('session.test-process.ts', import.meta.url)), paths.dir, String(steps), ...(task === undefined ? [] : [task])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const said: Array<Record<string, unknown>> = []
  createInterface(child.stdout).on('line', (line) => said.push(JSON.parse(line) as Record<string, unknown>))
  return { child, said, until: async (fits) => await vi.waitFor(() => expect(said.some(fits)).toBe(true), { timeout: 15_000, interval: 5 }) }
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

const isRole = (fact: Record<string, unknown>): boolean => 'role' in fact
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('without an owner a reading session reads, and no owner comes into being', async () => {
  const session = await open('read')
  expect({ role: session.role, pid: session.pid, tasks: await session.api.call('tasks.list', {}) }).toEqual({ role: 'reader', pid: 0, tasks: [] })
})

test('without an owner a driving session becomes it; the next one of any kind attaches to it', async () => {
  const owner = await open('drive')
  expect(owner.role).toBe('owner')
  for (const need of ['read', 'decide', 'drive'] as const) {
    const session = await open(need)
    expect({ role: session.role, pid: session.pid }).toEqual({ role: 'client', pid: process.pid })
    await session.close()
  }
})

test('when the owner is killed its client carries the task on itself, without gap or repeat', async () => {
  const owner = other(100)
  await owner.until(isRole)
  const cores: Array<{ resumed: string[] }> = []
  const onTakeover = vi.fn()
  const session = await open('drive', {
    onTakeover,
    createCore: async (start) => {
      const core = createFakeCore(start, 100)
      cores.push(core)
      return core
    },
  })
  expect(session.role).toBe('client')
  const { taskId } = await session.api.call('tasks.start', { task: 'a', workspace: '/w' })
  const seqs: number[] = []
  const epochs = new Set<string>()
  for await (const event of session.followTask(taskId)) {
    seqs.push(event.seq)
    if (event.seq === 40) owner.child.kill('SIGKILL')
    if (event.type === 'message') epochs.add(event.text)
    if (event.type === 'complete') break
  }
  expect(seqs).toEqual(numbers(101))
  expect([...epochs]).toEqual(['1', '2'])
  expect(onTakeover.mock.calls).toEqual([[{ role: 'owner', pid: process.pid }]])
  expect(cores[0]?.resumed).toEqual([taskId])
  expect(session.role).toBe('owner')
})

test('of three clients whose owner is killed one takes over, and every task is finished without gap or repeat, also when that one is killed', async () => {
  const owner = other(150)
  await owner.until(isRole)
  const clients = ['a', 'b', 'c'].map((task) => other(150, task))
  await Promise.all(clients.map((client) => client.until((fact) => fact['seq'] === 20)))
  await stopped(owner.child, 'SIGKILL')
  await Promise.all(clients.map((client) => client.until((fact) => 'takeover' in fact)))
  const second = clients.find((client) => client.said.some((fact) => fact['takeover'] === 'owner'))
  expect(clients.filter((client) => client.said.some((fact) => fact['takeover'] === 'owner'))).toHaveLength(1)
  if (second) await stopped(second.child, 'SIGKILL')
  const left = clients.filter((client) => client !== second)
  await Promise.all(left.map((client) => client.until((fact) => fact['closed'] === true)))
  for (const client of left) expect(client.said.flatMap((fact) => (typeof fact['seq'] === 'number' ? [fact['seq']] : []))).toEqual(numbers(151))
}, 60_000)

test('an owner that is done with its own task stays until those of its clients are done', async () => {
  const owner = other(20, 'short')
  await owner.until(isRole)
  const session = await open('drive')
  const { taskId } = await session.api.call('tasks.start', { task: 'later', workspace: '/w' })
  const seqs: number[] = []
  for await (const event of session.followTask(taskId)) {
    seqs.push(event.seq)
    if (event.type === 'complete') break
  }
  expect(seqs).toEqual(numbers(21))
  expect(session.role).toBe('client')
  await session.close()
  await owner.until((fact) => fact['closed'] === true)
})

test('an owner that leaves in order hands over: what its client asks next is answered by the client itself', async () => {
  const first = await open('drive')
  const second = await open('drive')
  expect(second.role).toBe('client')
  await first.close()
  expect(await second.api.call('tasks.list', {})).toEqual([])
  expect(second.role).toBe('owner')
})

test('while a task is being taken over nobody sees it as left behind: what is asked meanwhile waits', async () => {
  const owner = other(200)
  await owner.until(isRole)
  const resumed = Promise.withResolvers<void>()
  const order: string[] = []
  const session = await open('drive', {
    createCore: async (start) => {
      const core = createFakeCore(start, 200)
      const { call } = core.api
      return {
        ...core,
        api: {
          ...core.api,
          async call(name, input, callOptions) {
            order.push(name)
            if (name === 'tasks.resume') await resumed.promise
            return await call(name, input, callOptions)
          },
        },
      }
    },
  })
  const { taskId } = await session.api.call('tasks.start', { task: 'a', workspace: '/w' })
  const events = session.followTask(taskId)[Symbol.asyncIterator]()
  for (let seq = 1; seq <= 10; seq += 1) expect((await events.next()).value).toMatchObject({ seq })
  await stopped(owner.child, 'SIGKILL')
  const list = session.api.call('tasks.list', {})
  const rest = (async () => {
    for (let next = await events.next(); !next.done; next = await events.next()) if (next.value.type === 'complete') return next.value.seq
    return 0
  })()
  await vi.waitFor(() => expect(order).toEqual(['tasks.get', 'tasks.resume']))
  resumed.resolve()
  expect(await list).toHaveLength(1)
  expect(order).toEqual(['tasks.get', 'tasks.resume', 'tasks.list'])
  expect(await rest).toBe(201)
})

test('a list that is watched begins again with the next owner', async () => {
  const owner = other(1000)
  await owner.until(isRole)
  const session = await open('drive', { kind: 'serve' })
  await session.api.call('tasks.start', { task: 'a', workspace: '/w' })
  const items = session.api.subscribe('tasks.watch', {})[Symbol.asyncIterator]()
  expect((await items.next()).value).toMatchObject({ id: 'task-a' })
  owner.child.kill('SIGKILL')
  expect((await items.next()).value).toMatchObject({ id: 'task-a' })
  expect(session.role).toBe('owner')
})

test('what lives long becomes the owner as soon as there is none', async () => {
  const owner = other(20)
  await owner.until(isRole)
  const app = await open('drive', { kind: 'app' })
  expect(app.role).toBe('client')
  await stopped(owner.child, 'SIGKILL')
  await vi.waitFor(() => expect(app.role).toBe('owner'), { timeout: 5000 })
})

test('a session that only looks is told when the owner dies under what it follows', async () => {
  const owner = other(1000)
  await owner.until(isRole)
  const driving = await open('drive')
  const { taskId } = await driving.api.call('tasks.start', { task: 'a', workspace: '/w' })
  const looking = await open('read')
  const reading = (async () => {
    for await (const event of looking.followTask(taskId)) if (event.seq === 5) owner.child.kill('SIGKILL')
  })()
  await expect(reading).rejects.toBeInstanceOf(ConnectionLostError)
})

test('a call that may have been begun is not made twice; one that does no harm is, and so is a start, which names its task', async () => {
  const owner = other(20)
  await owner.until(isRole)
  const session = await open('drive')
  owner.child.kill('SIGSTOP')
  const message = session.api.call('tasks.message', { taskId: 'task-a', text: 'b' })
  const list = session.api.call('tasks.list', {})
  const start = session.api.call('tasks.start', { task: 'a', workspace: '/w' })
  setTimeout(() => owner.child.kill('SIGKILL'), 50)
  await expect(message).rejects.toBeInstanceOf(ConnectionLostError)
  expect([await list, await start]).toEqual([[], { taskId: 'task-a' }])
})

test('an owner that hangs is ALREADY_RUNNING with its pid, in a bound', async () => {
  const owner = other(20)
  await owner.until(isRole)
  owner.child.kill('SIGSTOP')
  await expect(open('drive', { openLimitMs: 200 })).rejects.toMatchObject({ code: 'ALREADY_RUNNING', details: { pid: owner.child.pid } })
})

test('an owner without a socket is ALREADY_RUNNING with its pid, in a bound', async () => {
  const ownership = acquireOwnership({ paths, kind: 'command', clock: systemClock, version: '1' })
  await expect(open('decide', { openLimitMs: 200 })).rejects.toMatchObject({ code: 'ALREADY_RUNNING', details: { pid: process.pid } })
  ownership?.release()
})

test('a key that is set here and not at the owner is named; configured names count too', async () => {
  const owner = other(20)
  await owner.until(isRole)
  await expect(open('drive', { env: { GROQ_API_KEY: 'k' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { key: 'GROQ_API_KEY' } })
  await expect(open('drive', { env: { MY_KEY: 'k' }, keyEnvNames: ['MY_KEY'] })).rejects.toMatchObject({ code: 'CONFIG_INVALID', details: { key: 'MY_KEY' } })
  expect((await open('drive', { env: { MY_KEY: 'k', GROQ_API_KEY: '' } })).role).toBe('client')
})

test('the user is told of a database that was put aside', async () => {
  mkdirSync(paths.dir, { recursive: true })
  writeFileSync(paths.database, 'no database')
  const onNotice = vi.fn<(message: string) => void>()
  await open('drive', { onNotice })
  expect(onNotice.mock.calls[0]?.[0]).toContain(`${paths.database}.damaged-`)
})

test('while an owner is still building its core others attach and wait with it', async () => {
  const built = Promise.withResolvers<void>()
  const first = open('drive', {
    createCore: async (start) => {
      await built.promise
      return createFakeCore(start, 5)
    },
  })
  const second = await vi.waitFor(() => open('drive', { createCore: () => Promise.reject(new Error('not this one')) }), { timeout: 5000 })
  expect(second.role).toBe('client')
  const list = second.api.call('tasks.list', {})
  const watched = second.api.subscribe('tasks.watch', {})[Symbol.asyncIterator]().next()
  built.resolve()
  expect(await list).toEqual([])
  expect((await first).role).toBe('owner')
  await second.api.call('tasks.start', { task: 'a', workspace: '/w' })
  await second.close()
  await expect(watched).rejects.toBeInstanceOf(ConnectionLostError)
})

test('when the core of the first cannot be built, who waited with it becomes the owner', async () => {
  const failing = Promise.withResolvers<void>()
  const first = open('drive', {
    createCore: async () => {
      await failing.promise
      throw new Error('broken')
    },
  })
  const second = await open('drive')
  expect(second.role).toBe('client')
  failing.resolve()
  await expect(first).rejects.toThrow('broken')
  expect(await second.api.call('tasks.list', {})).toEqual([])
  expect(second.role).toBe('owner')
})

test('a core that cannot be built leaves the ownership free', async () => {
  await expect(open('drive', { createCore: () => Promise.reject(new Error('broken')) })).rejects.toThrow('broken')
  expect((await open('drive')).role).toBe('owner')
})

test('an owner that cannot listen works on by itself, and says so', async () => {
  mkdirSync(paths.socket)
  writeFileSync(join(paths.socket, 'file'), '')
  const warn = vi.fn<(message: string) => void>()
  const session = await open('drive', { log: { debug() {}, info() {}, warn, error() {} } })
  expect(session.role).toBe('owner')
  expect(warn).toHaveBeenCalledOnce()
})
