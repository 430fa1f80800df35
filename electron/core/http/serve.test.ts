import * as fc from 'fast-check'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createChannelClient } from '../../../shared/channel-client.ts'
import type { ChannelClient } from '../../../shared/channel-client.ts'
import { RainyError } from '../../../shared/errors.ts'
import { createFakeClock } from '../platform/clock.fake.ts'
import type { FakeClock } from '../platform/clock.fake.ts'
import { createFakeApi } from './api.fake.ts'
import { serveHttp } from './serve.ts'
import type { HttpFace } from './serve.ts'

let root: string
let face: HttpFace
let clock: FakeClock
let api: ReturnType<typeof createFakeApi>
let following = 0

const message = (seq: number): unknown => ({ seq, taskId: 'task1', ts: 1, type: 'message', messageId: 'm', agent: 'coder', text: `line\n${seq}` })

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'rainy-http-'))
  const ui = join(root, 'ui')
  mkdirSync(join(ui, 'assets'), { recursive: true })
  writeFileSync(join(ui, 'index.html'), '<!doctype html><title>Rainy</title>')
  writeFileSync(join(ui, 'assets', 'index-abc123.js'), 'export {}')
  writeFileSync(join(root, 'secret.txt'), 'SECRET')
  clock = createFakeClock()
  api = createFakeApi(
    {
      'tasks.start': () => ({ taskId: 'task1' }),
      'tasks.list': () => [],
      'tasks.get': ({ taskId }: { taskId: string }) => {
        if (taskId === 'none') throw new RainyError('TASK_NOT_FOUND', 'no such task')
        return { id: 'task1', checkpoints: [{ checkpoint: 1, files: ['a'], ts: 1 }] }
      },
      'tasks.message': () => ({ taskId: 'task1' }),
      'tasks.cancel': () => ({ taskId: 'task1' }),
      'tasks.resume': () => ({ taskIds: ['task1'] }),
      'tasks.diff': () => ({ diff: '--- a' }),
      'approvals.list': () => [],
      'approvals.decide': ({ approvalId }: { approvalId: string }) => {
        if (approvalId === 'again') throw new RainyError('ALREADY_DECIDED', 'decided before')
        return { id: approvalId, status: 'approved' }
      },
      'tools.list': () => [],
      'models.list': () => ({ roles: {}, providers: [] }),
      'tools.run': ({ call }: { call: { tool: string; args: unknown } }) =>
        call.tool === 'read_file' ? { result: call.args } : { error: { code: 'UNKNOWN_TOOL', message: 'no such tool' } },
      doctor: () => Promise.reject(new Error('broken inside')),
    },
    {
      async *'tasks.follow'({ after }: { after: number }, signal: AbortSignal | undefined) {
        for (let seq = after + 1; seq <= 3; seq += 1) yield message(seq)
        following += 1
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        following -= 1
      },
    },
  )
  face = await serveHttp({ api, port: 0, version: '1.0.0', workspace: '/home', uiDir: ui, clock })
})
afterEach(async () => {
  await face.close()
  rmSync(root, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: unknown
}

/** Node's own client, which sends whatever Host, Origin and path it is told to. */
async function ask(method: string, path: string, { headers = {}, body, token = face.token }: { headers?: Record<string, string>; body?: unknown; token?: string | null } = {}): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const outgoing = request({
    host: '127.0.0.1',
    port: face.port,
    method,
    path,
    agent: false,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  })
  outgoing.on('error', () => undefined) // The answer may come before all of a body was taken.
  const answered = once(outgoing, 'response')
  outgoing.end(text)
  const [response] = (await answered) as [import('node:http').IncomingMessage]
  let received = ''
  for await (const chunk of response.setEncoding('utf8')) received += String(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, text: received, json: received.startsWith('{') || received.startsWith('[') ? JSON.parse(received) : undefined }
}

const errorOf = ({ status, json }: Answer): unknown => [status, (json as { error: { code: string } }).error.code]

async function webSocket(protocol: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${face.port}/api/brain/channel`, [protocol], { headers })
  await once(socket, 'open')
  return socket
}

async function ticket(): Promise<string> {
  return ((await ask('POST', '/api/brain/ws-ticket')).json as { ticket: string }).ticket
}

function clientOver(socket: WebSocket): ChannelClient {
  return createChannelClient({
    send: (frame) => socket.send(JSON.stringify(frame)),
    onFrame: (listener) => void socket.on('message', (data) => listener(JSON.parse(String(data)))),
    onClose: (listener) => void socket.on('close', listener),
    close: () => socket.close(),
  })
}

test('health answers whoever has the token, and nobody else', async () => {
  expect((await ask('GET', '/api/brain/health')).json).toEqual({ ok: true, version: '1.0.0', pid: process.pid })
  for (const token of [null, '', 'wrong', `${face.token}x`, face.token.slice(1), face.token.toUpperCase()]) {
    expect(errorOf(await ask('GET', '/api/brain/health', { token }))).toEqual([401, 'UNAUTHORIZED'])
  }
  expect(errorOf(await ask('GET', `/api/brain/health?token=${face.token}`, { token: null }))).toEqual([401, 'UNAUTHORIZED'])
  expect(errorOf(await ask('GET', '/api/brain/health', { token: null, headers: { cookie: `token=${face.token}` } }))).toEqual([401, 'UNAUTHORIZED'])
})

test.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', '[::1]:80', '127.0.0.1.evil.example'])('a request addressed to %j is FORBIDDEN_HOST, for the API and for the app', async (host) => {
  for (const path of ['/api/brain/health', '/', '/assets/index-abc123.js']) expect(errorOf(await ask('GET', path, { headers: { host } }))).toEqual([403, 'FORBIDDEN_HOST'])
})

test.each(['Host: ', 'Host: a/b', 'X: y', 'Host: 127.0.0.1:PORT\r\nHost: evil.example'])('a request with the header %j in the place of its host is refused', async (line) => {
  const socket = createConnection(face.port, '127.0.0.1')
  socket.write(`GET /api/brain/health HTTP/1.1\r\n${line.replace('PORT', String(face.port))}\r\nAuthorization: Bearer ${face.token}\r\nConnection: close\r\n\r\n`)
  let received = ''
  for await (const chunk of socket) received += String(chunk)
  expect(received).toMatch(/^HTTP\/1.1 40[03] /)
})

test('both loopback names with the right port are allowed', async () => {
  for (const name of ['127.0.0.1', 'localhost']) expect((await ask('GET', '/api/brain/health', { headers: { host: `${name}:${face.port}` } })).status).toBe(200)
})

test.each(['https://evil.example', 'null', 'http://127.0.0.1', 'https://127.0.0.1:PORT', 'http://127.0.0.1:PORT.evil.example'])('a page of origin %j is FORBIDDEN_ORIGIN, also with the token', async (template) => {
  const origin = template.replace('PORT', String(face.port))
  expect(errorOf(await ask('POST', '/api/brain/execute', { headers: { origin }, body: { task: 'x' } }))).toEqual([403, 'FORBIDDEN_ORIGIN'])
  expect(api.asked).toEqual([])
})

test('our own page is allowed, and no answer lets other pages read it', async () => {
  const answer = await ask('GET', '/api/brain/health', { headers: { origin: face.url } })
  expect(answer.status).toBe(200)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  expect(answer.headers['set-cookie']).toBeUndefined()
})

test('the printed code gives the token, once', async () => {
  const code = new URL(face.appUrl ?? '').hash.replace('#code=', '')
  expect((await ask('POST', '/api/brain/session', { body: { code }, token: null })).json).toEqual({ token: face.token })
  expect(errorOf(await ask('POST', '/api/brain/session', { body: { code }, token: null }))).toEqual([401, 'UNAUTHORIZED'])
  expect(errorOf(await ask('POST', '/api/brain/session', { body: { code: 'guess' }, token: null }))).toEqual([401, 'UNAUTHORIZED'])
  expect(errorOf(await ask('POST', '/api/brain/session', { body: {}, token: null }))).toEqual([400, 'BAD_REQUEST'])
  expect(errorOf(await ask('GET', '/api/brain/session', { token: null }))).toEqual([401, 'UNAUTHORIZED'])
  const next = new URL(face.newAppUrl()).hash.replace('#code=', '')
  expect((await ask('POST', '/api/brain/session', { body: { code: next }, token: null })).status).toBe(200)
})

test('a ticket opens one WebSocket, whose channel is the core', async () => {
  const first = await ticket()
  const socket = await webSocket(first, { origin: face.url })
  expect(socket.protocol).toBe(first)
  const client = clientOver(socket)
  expect(await client.call('tasks.list', {})).toEqual([])
  const seqs: number[] = []
  for await (const event of client.subscribe('tasks.follow', { taskId: 'task1' })) {
    seqs.push(event.seq)
    if (event.seq === 3) break
  }
  expect(seqs).toEqual([1, 2, 3])
  await expect(webSocket(first)).rejects.toThrow('401')
  client.close()
})

test('a ticket is good for ten seconds; none, a wrong one, a foreign page and a foreign host open nothing', async () => {
  const late = await ticket()
  await clock.advance(10_000)
  await expect(webSocket(late)).rejects.toThrow('401')
  await expect(webSocket('guess')).rejects.toThrow('401')
  await expect(webSocket(face.token)).rejects.toThrow('401')
  const good = await ticket()
  await expect(webSocket(good, { origin: 'https://evil.example' })).rejects.toThrow('403')
  await expect(webSocket(good, { host: 'evil.example' })).rejects.toThrow('403')
  ;(await webSocket(good)).terminate()
})

test.each([
  ['text that is no JSON', (socket: WebSocket) => socket.send('{')],
  ['bytes', (socket: WebSocket) => socket.send(Buffer.from('{}'))],
  ['no frame', (socket: WebSocket) => socket.send('{"t":"x"}')],
  ['a message over the limit', (socket: WebSocket) => socket.send('x'.repeat(33 * 1024 * 1024))],
])('%s ends its own WebSocket; others go on', async (_, attack) => {
  const client = clientOver(await webSocket(await ticket()))
  const socket = await webSocket(await ticket())
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  attack(socket)
  await closed
  expect(await client.call('tasks.list', {})).toEqual([])
  client.close()
})

test('a body over the limit is BODY_TOO_LARGE, said in its length or not', async () => {
  const huge = JSON.stringify({ task: 'x'.repeat(17 * 1024 * 1024) })
  expect(errorOf(await ask('POST', '/api/brain/execute', { body: huge }))).toEqual([413, 'BODY_TOO_LARGE'])
  expect(errorOf(await ask('POST', '/api/brain/execute', { body: huge, headers: { 'transfer-encoding': 'chunked' } }))).toEqual([413, 'BODY_TOO_LARGE'])
  expect((await ask('GET', '/api/brain/health')).status).toBe(200)
})

test('what is not JSON is refused by its type, and by its content', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp']) {
    expect(errorOf(await ask('POST', '/api/brain/execute', { body: '{"task":"x"}', headers: { 'content-type': type } }))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  }
  for (const body of ['{', '[]', 'null', '"x"']) expect(errorOf(await ask('POST', '/api/brain/execute', { body }))).toEqual([400, 'BAD_REQUEST'])
  expect((await ask('POST', '/api/brain/execute', { body: '{"task":"x"}', headers: { 'content-type': 'application/json; charset=utf-8' } })).status).toBe(202)
})

test('1,000 connections: those above the limit are told why, and when they are gone all is as before', async () => {
  const sockets = Array.from({ length: 1000 }, () => createConnection(face.port, '127.0.0.1').on('error', () => undefined))
  const received: string[] = []
  for (const socket of sockets) socket.on('data', (chunk) => received.push(String(chunk)))
  await vi.waitFor(() => expect(sockets.filter((socket) => socket.readyState !== 'open').length).toBe(744), { timeout: 10_000 })
  expect(received.length).toBeGreaterThan(0)
  expect(received.every((text) => text.startsWith('HTTP/1.1 503') && text.includes('TOO_MANY_CONNECTIONS'))).toBe(true)
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(async () => expect((await ask('GET', '/api/brain/health')).status).toBe(200), { timeout: 5000 })
})

test('a port that is taken is PORT_IN_USE, with its number', async () => {
  await expect(serveHttp({ api, port: face.port, version: '1', workspace: '/' })).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: face.port } })
})

test('the app’s page and files come with their types, a strict policy, and for places within the app', async () => {
  const page = await ask('GET', '/', { token: null })
  expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache'])
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';")
  expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin' })
  const script = await ask('GET', '/assets/index-abc123.js', { token: null })
  expect([script.status, script.headers['content-type'], script.headers['cache-control']]).toEqual([200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'])
  expect((await ask('GET', '/tasks/abc', { token: null })).text).toBe(page.text)
  expect(errorOf(await ask('GET', '/assets/none.js', { token: null }))).toEqual([404, 'NOT_FOUND'])
  expect(errorOf(await ask('GET', '/api/brain/none'))).toEqual([404, 'NOT_FOUND'])
  expect(errorOf(await ask('POST', '/', { token: null }))).toEqual([404, 'NOT_FOUND'])
})

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/%2e%2e/%2e%2e/secret.txt', '/..%5csecret.txt', '//secret.txt', '/%00', '/%', '/assets/%252e%252e/%252e%252e/secret.txt', '/secret.txt%00.js'])(
  'the path %s leads to nothing outside the app',
  async (path) => {
    const answer = await ask('GET', path, { token: null })
    expect(answer.text).not.toContain('SECRET')
    expect(answer.status).toBeLessThan(500)
  },
)

test('without the app’s folder there is the API alone', async () => {
  const bare = await serveHttp({ api, port: 0, version: '1', workspace: '/' })
  expect(bare.appUrl).toBeUndefined()
  expect((await fetch(`${bare.url}/`)).status).toBe(404)
  await bare.close()
})

test('every route of tasks, approvals and tools reaches its operation', async () => {
  expect(await ask('POST', '/api/brain/execute', { body: { task: 'do', context: { workspace: '/w', files: ['a'] }, options: { mode: 'plan' } } })).toMatchObject({ status: 202, json: { taskId: 'task1' } })
  expect(await ask('POST', '/api/brain/execute', { body: { task: 'do' } })).toMatchObject({ status: 202 })
  expect(await ask('GET', '/api/brain/tasks?limit=5')).toMatchObject({ status: 200, json: [] })
  expect(await ask('GET', '/api/brain/tasks/task1')).toMatchObject({ status: 200, json: { id: 'task1' } })
  expect(await ask('POST', '/api/brain/tasks/task1/messages', { body: { text: 'more' } })).toMatchObject({ status: 202 })
  expect(await ask('POST', '/api/brain/tasks/task1/cancel')).toMatchObject({ status: 202 })
  expect(await ask('POST', '/api/brain/tasks/task1/resume', { body: { options: { budgetUsd: 1 } } })).toMatchObject({ status: 202, json: { taskIds: ['task1'] } })
  expect(await ask('GET', '/api/brain/tasks/task1/diff')).toMatchObject({ status: 200, json: { diff: '--- a' } })
  expect(await ask('GET', '/api/brain/tasks/task1/checkpoints')).toMatchObject({ status: 200, json: [{ checkpoint: 1 }] })
  expect(await ask('GET', '/api/brain/approvals?all=true')).toMatchObject({ status: 200 })
  expect(await ask('POST', '/api/brain/approvals/ok', { body: { decision: 'approve', always: true } })).toMatchObject({ status: 200, json: { status: 'approved' } })
  expect(await ask('GET', '/api/brain/tools')).toMatchObject({ status: 200 })
  expect(await ask('GET', '/api/brain/models')).toMatchObject({ status: 200 })
  expect(await ask('POST', '/api/brain/tools/read_file', { body: { args: { path: 'a' } } })).toMatchObject({ status: 200, json: { result: { path: 'a' } } })
  expect(api.asked.map(({ name, input }) => [name, input])).toEqual([
    ['tasks.start', { task: 'do', workspace: '/w', files: ['a'], options: { mode: 'plan' } }],
    ['tasks.start', { task: 'do', workspace: '/home', files: [], options: {} }],
    ['tasks.list', { limit: 5 }],
    ['tasks.get', { taskId: 'task1' }],
    ['tasks.message', { taskId: 'task1', text: 'more', files: [], options: {} }],
    ['tasks.cancel', { taskId: 'task1' }],
    ['tasks.resume', { taskId: 'task1', options: { budgetUsd: 1 } }],
    ['tasks.diff', { taskId: 'task1' }],
    ['tasks.get', { taskId: 'task1' }],
    ['approvals.list', { all: true }],
    ['approvals.decide', { approvalId: 'ok', decision: 'approve', always: true }],
    ['tools.list', {}],
    ['models.list', {}],
    ['tools.run', { workspace: '/home', call: { tool: 'read_file', args: { path: 'a' } } }],
  ])
})

test('errors leave with their code’s status and never a stack', async () => {
  expect(errorOf(await ask('GET', '/api/brain/tasks/none'))).toEqual([404, 'TASK_NOT_FOUND'])
  expect(errorOf(await ask('GET', '/api/brain/tasks/none/stream'))).toEqual([404, 'TASK_NOT_FOUND'])
  expect(errorOf(await ask('POST', '/api/brain/approvals/again', { body: { decision: 'approve' } }))).toEqual([409, 'ALREADY_DECIDED'])
  expect(errorOf(await ask('POST', '/api/brain/tools/none', { body: { args: {} } }))).toEqual([404, 'UNKNOWN_TOOL'])
  expect(errorOf(await ask('POST', '/api/brain/execute', { body: { task: 'x', options: { mode: 'wild' } } }))).toEqual([400, 'BAD_REQUEST'])
  expect(errorOf(await ask('POST', '/api/brain/execute', { body: { task: 'x', surprise: 1 } }))).toEqual([400, 'BAD_REQUEST'])
  expect(errorOf(await ask('GET', '/api/brain/tasks?limit=many'))).toEqual([400, 'BAD_REQUEST'])
  expect((await ask('GET', '/api/brain/tasks/none')).text).not.toContain('at ')
})

test('a batch of tools is answered in the order of its calls', async () => {
  const answer = await ask('POST', '/api/brain/tools/batch', { body: { calls: [{ tool: 'read_file', args: 1 }, { tool: 'none', args: {} }, { tool: 'read_file', args: 2 }], maxConcurrency: 2 } })
  expect(answer).toMatchObject({ status: 200, json: [{ result: 1 }, { error: { code: 'UNKNOWN_TOOL' } }, { result: 2 }] })
  expect(errorOf(await ask('POST', '/api/brain/tools/batch', { body: { calls: [], maxConcurrency: 11 } }))).toEqual([400, 'BAD_REQUEST'])
})

test('a task’s stream numbers its events and goes on after Last-Event-ID', async () => {
  const read = async (headers: Record<string, string>): Promise<string> => {
    const controller = new AbortController()
    const response = await fetch(`${face.url}/api/brain/tasks/task1/stream`, { headers: { authorization: `Bearer ${face.token}`, ...headers }, signal: controller.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('id: 3')) break
    }
    controller.abort()
    return text
  }
  const event = (seq: number): string => `event: message\ndata: ${JSON.stringify(message(seq))}\nid: ${seq}\n\n`
  expect(await read({})).toBe(event(1) + event(2) + event(3))
  expect(await read({ 'last-event-id': '2' })).toBe(event(3))
  expect(errorOf(await ask('GET', '/api/brain/tasks/task1/stream', { headers: { 'last-event-id': 'x' } }))).toEqual([400, 'BAD_REQUEST'])
})

test('a reader that leaves a stream leaves nothing running, nor does a server that closes', async () => {
  const open = async (): Promise<AbortController> => {
    const controller = new AbortController()
    await fetch(`${face.url}/api/brain/tasks/task1/stream`, { headers: { authorization: `Bearer ${face.token}` }, signal: controller.signal })
    return controller
  }
  const first = await open()
  await vi.waitFor(() => expect(following).toBe(1))
  first.abort()
  await vi.waitFor(() => expect(following).toBe(0))
  await open()
  await vi.waitFor(() => expect(following).toBe(1))
  await face.close()
  await vi.waitFor(() => expect(following).toBe(0))
})

test('whatever is asked, the server answers in its own words and lives', async () => {
  const segment = fc.constantFrom('api', 'brain', 'tasks', 'tools', 'approvals', 'execute', 'stream', '..', '%2e', '__proto__', '%00', 'a b')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'), fc.array(segment, { maxLength: 5 }), fc.jsonValue(), async (method, segments, body) => {
      const path = `/${segments.join('/')}`.replaceAll(' ', '+')
      const answer = await ask(method, path, method === 'GET' || method === 'HEAD' ? {} : { body: JSON.stringify(body) })
      expect(answer.status).toBeLessThan(500)
    }),
    { numRuns: 150 },
  )
  expect((await ask('GET', '/api/brain/health')).status).toBe(200)
})

test('closing says goodbye to the pages that are open and leaves nothing behind', async () => {
  const client = clientOver(await webSocket(await ticket()))
  await client.call('tasks.list', {})
  const idle = createConnection(face.port, '127.0.0.1').on('error', () => undefined)
  await once(idle, 'connect')
  await face.close()
  await client.closed
  await expect(client.call('tasks.list', {})).rejects.toMatchObject({ notBegun: true })
  await sleep(1)
  await expect(fetch(face.url)).rejects.toThrow('fetch failed')
})
