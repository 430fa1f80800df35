import { afterEach, describe, expect, test } from 'vitest'
import type { ResolvedProvider } from '../../../shared/config.ts'
import { RainyError } from '../../../shared/errors.ts'
import { startModelServer, type ModelServer, type ModelServerOptions } from '../../../tests/model-server/server.ts'
import { faultsAt, type Fault, type Script } from '../../../tests/model-server/script.ts'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { createGateway } from './gateway.ts'
import type { Gateway, ModelRequest } from './types.ts'

const TEMPLATES = new URL('../../../resources/templates/', import.meta.url)
const KEY = 'sk-test-1234567890abcdef'
const READ_FILE = { name: 'read_file', description: 'Reads a file.', inputSchema: { type: 'object', properties: { path: { type: 'string' }, offset: { type: 'integer' } }, required: ['path'], additionalProperties: false } }

const open: ModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function serve(script: Script, options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  const server = await startModelServer({ script, ...options })
  open.push(server)
  return server
}

interface Lines {
  log: Log
  lines: string[]
}

function recordingLog(): Lines {
  const lines: string[] = []
  const write = (message: string, fields: Record<string, unknown> = {}): void => void lines.push(JSON.stringify({ message, ...fields }))
  return { lines, log: { debug: write, info: write, warn: write, error: write } }
}

/** The system's clock, but nobody waits: what would have been waited is written down. */
function hasty(): { clock: typeof systemClock; waits: number[] } {
  const waits: number[] = []
  return { waits, clock: { ...systemClock, sleep: async (ms) => void waits.push(ms) } }
}

function provider(server: { url: string }, over: Partial<ResolvedProvider> = {}): ResolvedProvider {
  return { name: 'local', kind: 'openai', baseUrl: server.url, apiKey: KEY, apiKeyEnv: 'LOCAL_KEY', ...over }
}

function gatewayFor(providers: ResolvedProvider[]): { gateway: Gateway; waits: number[]; lines: string[] } {
  const { clock, waits } = hasty()
  const { log, lines } = recordingLog()
  return { gateway: createGateway({ providers, clock, log, templates: TEMPLATES }), waits, lines }
}

function request(over: Partial<ModelRequest> = {}): ModelRequest {
  return { system: 'You are the coder agent of Rainy Brain.', messages: [{ role: 'user', text: 'read a.txt' }], tools: [READ_FILE], json: false, agent: 'coder', ...over }
}

async function infer(gateway: Gateway, over: Partial<ModelRequest> = {}, chain: string[] = ['local/stand-in']): Promise<{ tokens: Array<[number, string]>; answer: Awaited<ReturnType<Gateway['infer']>> }> {
  const tokens: Array<[number, string]> = []
  const answer = await gateway.infer(request(over), { chain, signal: new AbortController().signal, onToken: (attempt, text) => tokens.push([attempt, text]) })
  return { tokens, answer }
}

async function failure(promise: Promise<unknown>): Promise<RainyError> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RainyError)
  return error as RainyError
}

const done: Script = () => ({ text: 'Done.' })
const TEXT = 'I read the file first, so that I know what it holds.'

describe('an answer', () => {
  test('streams its text and carries its tool calls, usage and model', async () => {
    const server = await serve(() => ({ text: TEXT, toolCalls: [{ name: 'read_file', args: { path: 'a.txt' } }, { name: 'read_file', args: { path: 'ü/b.txt', offset: 3 } }], usage: { inputTokens: 11, outputTokens: 7 } }))
    const { gateway } = gatewayFor([provider(server)])
    const { answer, tokens } = await infer(gateway)
    expect(answer).toEqual({
      message: {
        role: 'assistant',
        text: TEXT,
        toolCalls: [
          { id: expect.stringMatching(/^call_/), name: 'read_file', args: { path: 'a.txt' } },
          { id: expect.stringMatching(/^call_/), name: 'read_file', args: { path: 'ü/b.txt', offset: 3 } },
        ],
      },
      stop: 'tool_calls',
      model: 'local/stand-in',
      usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 0 },
    })
    expect(tokens.length).toBeGreaterThan(1)
    expect(tokens.map(([attempt]) => attempt).every((attempt) => attempt === 1)).toBe(true)
    expect(tokens.map(([, text]) => text).join('')).toBe(TEXT)
    expect(server.calls[0]?.body).toMatchObject({ parallel_tool_calls: true, stream_options: { include_usage: true } })
    expect(JSON.stringify(server.calls[0]?.body)).not.toContain('strict')
  })

  test.each([
    ['does not stream', { ignoresStream: true }],
    ['counts no tokens', { noUsage: true }],
    ['gives tool calls no ids', { noCallIds: true }],
    ['sends tool calls whole and calls it a stop', { plainToolCalls: true }],
    ['knows no stream_options and no parallel_tool_calls', { refuses: ['stream_options', 'parallel_tool_calls'] }],
  ])('comes from a server that %s', async (_what, quirks) => {
    const server = await serve(() => ({ text: TEXT, toolCalls: [{ name: 'read_file', args: { path: 'a' } }, { name: 'read_file', args: { path: 'b' } }] }), { quirks })
    const { gateway } = gatewayFor([provider(server)])
    const { answer } = await infer(gateway)
    expect(answer.message.text).toBe(TEXT)
    expect(answer.message.toolCalls.map(({ args }) => args)).toEqual([{ path: 'a' }, { path: 'b' }])
    expect(new Set(answer.message.toolCalls.map(({ id }) => id)).size).toBe(2)
    expect(answer.stop).toBe('tool_calls')
    expect(answer.usage.inputTokens).toBeGreaterThan(0)
  })
})

describe('tries again', () => {
  const passing: Array<[string, Fault, number]> = [
    ['500', { kind: 'status', status: 500 }, 500],
    ['408', { kind: 'status', status: 408 }, 500],
    ['529', { kind: 'status', status: 529, type: 'overloaded_error' }, 500],
    ['a reset before the first byte', { kind: 'reset' }, 500],
    ['a reset in the middle', { kind: 'reset', afterChunks: 2 }, 500],
    ['an end in the middle', { kind: 'truncate', afterChunks: 2 }, 500],
    ['garbage in the stream', { kind: 'garbage', body: 'data: {"choi\n\n' }, 500],
    ['a web page', { kind: 'garbage', body: '<html>Sign in</html>', contentType: 'text/html' }, 500],
    ['a stream without an answer', { kind: 'garbage', body: 'nothing to see\n\n' }, 500],
    ['half a JSON body', { kind: 'garbage', body: '{"choices":[', contentType: 'application/json' }, 500],
    ['a 429 that names a near end', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }, 2000],
    ['a 429 that names an end in ms', { kind: 'status', status: 429, headers: { 'retry-after-ms': '150' } }, 150],
  ]
  test.each(passing)('after %s', async (_what, fault, wait) => {
    const server = await serve(() => ({ text: TEXT }), { faults: faultsAt({ 1: fault }) })
    const { gateway, waits } = gatewayFor([provider(server)])
    const { answer, tokens } = await infer(gateway)
    expect(answer.message.text).toBe(TEXT)
    expect(tokens.filter(([attempt]) => attempt === 2).map(([, text]) => text).join('')).toBe(TEXT)
    expect(waits).toHaveLength(1)
    expect(Math.abs((waits[0] ?? 0) - wait)).toBeLessThan(100)
    expect(server.calls).toHaveLength(2)
  })

  test('three times, waiting longer each time, then with the next of the chain', async () => {
    const bad = await serve(done, { faults: () => ({ kind: 'status', status: 503 }) })
    const good = await serve(done)
    const { gateway, waits } = gatewayFor([provider(bad), provider(good, { name: 'other' })])
    const { answer } = await infer(gateway, {}, ['local/a', 'other/b'])
    expect(answer.model).toBe('other/b')
    expect(bad.calls).toHaveLength(3)
    expect(waits).toEqual([500, 1000])
  })
})

describe('fails for good with', () => {
  const final: Array<[string, Fault, string, number]> = [
    ['401', { kind: 'status', status: 401, message: `Incorrect API key provided: ${KEY}` }, 'PROVIDER_AUTH', 1],
    ['403', { kind: 'status', status: 403 }, 'PROVIDER_AUTH', 1],
    ['an empty account', { kind: 'status', status: 429, type: 'insufficient_quota', code: 'insufficient_quota' }, 'PROVIDER_AUTH', 1],
    ['404', { kind: 'status', status: 404, code: 'model_not_found' }, 'MODEL_UNKNOWN', 1],
    ['a full context', { kind: 'status', status: 400, code: 'context_length_exceeded' }, 'CONTEXT_TOO_LONG', 1],
    ['llama.cpp’s full context', { kind: 'status', status: 400, message: 'the request exceeds the available context size, try increasing it' }, 'CONTEXT_TOO_LONG', 1],
    ['a request that it refuses', { kind: 'status', status: 400, message: 'Invalid something.' }, 'PROVIDER_BAD_RESPONSE', 1],
    ['500 every time', { kind: 'status', status: 500 }, 'PROVIDER_OVERLOADED', 3],
    ['a reset every time', { kind: 'reset' }, 'PROVIDER_UNREACHABLE', 3],
    ['a broken stream every time', { kind: 'truncate', afterChunks: 2 }, 'STREAM_TRUNCATED', 3],
    ['a connection lost every time', { kind: 'reset', afterChunks: 2 }, 'STREAM_TRUNCATED', 3],
    ['garbage every time', { kind: 'garbage', body: 'data: [1\n\n' }, 'PROVIDER_BAD_RESPONSE', 3],
    ['an error in the stream', { kind: 'garbage', body: 'data: {"error":{"message":"busy","type":"server_error"}}\n\n' }, 'PROVIDER_OVERLOADED', 3],
    ['a limit without an end', { kind: 'status', status: 429 }, 'PROVIDER_RATE_LIMITED', 3],
    ['a limit with a far end', { kind: 'status', status: 429, headers: { 'retry-after': '60' } }, 'PROVIDER_RATE_LIMITED', 1],
  ]
  test.each(final)('%s', async (_what, fault, code, calls) => {
    const server = await serve(() => ({ text: TEXT }), { faults: () => fault })
    const { gateway, lines } = gatewayFor([provider(server)])
    const error = await failure(infer(gateway))
    expect(error.code).toBe(code)
    expect(server.calls).toHaveLength(calls)
    expect(`${error.message}${JSON.stringify(error.details)}${String(error.cause)}${lines.join('')}`).not.toContain(KEY)
  })

  test.each([
    ['a port where nothing listens', 'http://127.0.0.1:1/v1'],
    ['a name that does not exist', 'http://nowhere.invalid/v1'],
  ])('%s', async (_what, baseUrl) => {
    const { gateway, waits } = gatewayFor([{ name: 'local', kind: 'openai', baseUrl }])
    const error = await failure(infer(gateway))
    expect(error).toMatchObject({ code: 'PROVIDER_UNREACHABLE', message: expect.stringContaining(baseUrl) })
    expect(waits).toHaveLength(2)
  })

  test('a wrong key, an unknown model and a long conversation on a server that checks them', async () => {
    const server = await serve(done, { apiKey: KEY, models: ['stand-in'], contextTokens: 100 })
    const { gateway } = gatewayFor([provider(server), provider(server, { name: 'wrong', apiKey: 'sk-wrong' })])
    expect(await failure(infer(gateway, {}, ['wrong/stand-in']))).toMatchObject({ code: 'PROVIDER_AUTH' })
    expect(await failure(infer(gateway, {}, ['local/other']))).toMatchObject({ code: 'MODEL_UNKNOWN' })
    expect(await failure(infer(gateway, { messages: [{ role: 'user', text: 'word '.repeat(200) }] }))).toMatchObject({ code: 'CONTEXT_TOO_LONG' })
    expect((await infer(gateway)).answer.message.text).toBe('Done.')
  })

  test('a limit’s end in details.retryAt, so that the step can sleep until then', async () => {
    const server = await serve(done, { faults: () => ({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } }) })
    const { gateway } = gatewayFor([provider(server)])
    const error = await failure(infer(gateway))
    expect(Math.abs(Number(error.details?.['retryAt']) - Date.now() - 3_600_000)).toBeLessThan(5000)
  })

  test('the limit that ends first where every model of a chain failed, naming the others', async () => {
    const soon = await serve(done, { faults: () => ({ kind: 'status', status: 429, headers: { 'retry-after': '100' } }) })
    const late = await serve(done, { faults: () => ({ kind: 'status', status: 429, headers: { 'retry-after': '900' } }) })
    const { gateway } = gatewayFor([provider(late, { name: 'late' }), provider(soon, { name: 'soon' })])
    const error = await failure(infer(gateway, {}, ['late/a', 'soon/b', 'nowhere/c']))
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', details: { provider: 'soon', tried: [{ model: 'late/a' }, { model: 'soon/b' }, { model: 'nowhere/c', code: 'MODEL_UNKNOWN' }] } })
    expect(Number(error.details?.['retryAt']) - Date.now()).toBeLessThanOrEqual(100_000)
  })

  test('a server that hangs, once it has been silent for five minutes', async () => {
    const server = await serve(done, { faults: () => ({ kind: 'hang', afterChunks: 1 }) })
    const fires: Array<() => void> = []
    const clock = { ...systemClock, sleep: async () => {}, after: (_ms: number, fire: () => void) => (fires.push(fire), { [Symbol.dispose]() {} }) }
    const gateway = createGateway({ providers: [provider(server)], clock, log: recordingLog().log, templates: TEMPLATES })
    const failed = failure(infer(gateway))
    for (let tries = 1; tries <= 3; tries += 1) {
      await expect.poll(() => server.calls.length).toBe(tries)
      // The last timer that was armed, after the first chunk came.
      await expect.poll(() => fires.length).toBe(tries * 3)
      fires.at(-1)?.()
    }
    expect(await failed).toMatchObject({ code: 'PROVIDER_UNREACHABLE', message: expect.stringContaining('300 s') })
  })
})

describe('what a model gets wrong', () => {
  test('arguments that are no JSON become null and the text', async () => {
    const server = await serve(() => ({ toolCalls: [{ name: 'read_file', args: null, rawArgs: '{"path": "a' }, { name: 'read_file', args: null, rawArgs: '' }] }))
    const { answer } = await infer(gatewayFor([provider(server)]).gateway)
    expect(answer.message.toolCalls).toMatchObject([{ args: null, rawArgs: '{"path": "a' }, { args: {} }])
    expect(answer.message.toolCalls[1]).not.toHaveProperty('rawArgs')
  })

  test('ids that are doubled, empty or already used are made unique', async () => {
    const earlier = { role: 'assistant', text: '', toolCalls: [{ id: 'seen', name: 'read_file', args: {} }] } as const
    const server = await serve(() => ({ toolCalls: ['x', 'x', '', 'seen'].map((id) => ({ id, name: 'read_file', args: {} })) }))
    const { answer } = await infer(gatewayFor([provider(server)]).gateway, {
      messages: [{ role: 'user', text: 'go' }, { ...earlier, toolCalls: [...earlier.toolCalls] }, { role: 'tool', toolCallId: 'seen', name: 'read_file', content: 'ok', isError: false }],
    })
    expect(answer.message.toolCalls.map(({ id }) => id)).toEqual(['x', 'call_3_1', 'call_3_2', 'call_3_3'])
  })

  test('an answer cut off at its length is told apart', async () => {
    const server = await serve(() => ({ text: 'half of', finish: 'length' }))
    const { gateway, lines } = gatewayFor([provider(server)])
    expect((await infer(gateway, { maxOutputTokens: 5 })).answer.stop).toBe('length')
    expect(server.calls[0]?.body).toMatchObject({ max_tokens: 5 })
    expect(lines.join('\n')).toContain('cut off')
  })

  test('a refusal by the provider’s filter is told apart', async () => {
    const server = await serve(() => ({ text: 'no', finish: 'content_filter' }))
    expect((await infer(gatewayFor([provider(server)]).gateway)).answer.stop).toBe('refusal')
  })
})

describe('stopping', () => {
  test.each([
    ['before the first byte', { kind: 'hang' }],
    ['in the middle of the stream', { kind: 'hang', afterChunks: 2 }],
  ] as Array<[string, Fault]>)('%s ends the request and is not tried again', async (_when, fault) => {
    const server = await serve(() => ({ text: TEXT }), { faults: () => fault })
    const closed = new Promise<void>((resolve) => server.onDisconnect(resolve))
    const stop = new AbortController()
    const { gateway, waits } = gatewayFor([provider(server)])
    const failed = failure(gateway.infer(request(), { chain: ['local/a', 'local/b'], signal: stop.signal, onToken() {} }))
    await expect.poll(() => server.calls.length).toBe(1)
    stop.abort()
    expect(await failed).toMatchObject({ code: 'CANCELLED' })
    await closed
    expect(waits).toEqual([])
    expect(server.calls).toHaveLength(1)
  })

  test('during the wait between two tries ends at once', async () => {
    const server = await serve(done, { faults: () => ({ kind: 'status', status: 500 }) })
    const stop = new AbortController()
    const gateway = createGateway({ providers: [provider(server)], clock: systemClock, log: recordingLog().log, templates: TEMPLATES })
    const failed = failure(gateway.infer(request(), { chain: ['local/a'], signal: stop.signal, onToken() {} }))
    await expect.poll(() => server.calls.at(-1)?.outcome).toBe('fault')
    stop.abort()
    expect(await failed).toMatchObject({ code: 'CANCELLED' })
    expect(server.calls).toHaveLength(1)
  })
})

describe('names', () => {
  const providers: ResolvedProvider[] = [
    { name: 'openai', kind: 'openai', apiKey: KEY },
    { name: 'claude', kind: 'anthropic', apiKey: KEY },
  ]

  test.each(['openai', '/x', 'openai/', 'other/x', 'builtin/other', 'claude/opus', ''])('%j is refused', (model) => {
    expect(() => gatewayFor(providers).gateway.check(model)).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN' }))
  })

  test.each(['openai/gpt-5', 'openai/org/model', 'builtin/rules'])('%j is known', (model) => {
    expect(() => gatewayFor(providers).gateway.check(model)).not.toThrow()
  })

  test('an empty chain says what to do', async () => {
    expect(await failure(infer(gatewayFor(providers).gateway, {}, []))).toMatchObject({ code: 'MODEL_UNKNOWN' })
  })
})

test('prices are those of the table, cached tokens cheaper, dated names alike, unknown models null', () => {
  const { gateway } = gatewayFor([{ name: 'openai', kind: 'openai', apiKey: KEY }, { name: 'mine', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1' }])
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 400_000 }
  expect(gateway.priceOf('openai/gpt-4.1', usage)).toBeCloseTo(0.6 * 2 + 0.4 * 0.5 + 0.1 * 8)
  expect(gateway.priceOf('openai/gpt-4.1-2025-04-14', usage)).toBe(gateway.priceOf('openai/gpt-4.1', usage))
  expect(gateway.priceOf('mine/qwen3', usage)).toBeNull()
  expect(gateway.priceOf('nowhere/qwen3', usage)).toBeNull()
  expect(gateway.priceOf('builtin/rules', usage)).toBe(0)
})

test('the view names every provider, whether it has a key and answers, and never the key', async () => {
  const server = await serve(done, { apiKey: KEY })
  const providers = [provider(server), provider(server, { name: 'wrong', apiKey: 'sk-no' }), { name: 'gone', kind: 'openai' as const, baseUrl: 'http://127.0.0.1:1/v1' }, { name: 'claude', kind: 'anthropic' as const }]
  const gateway = createGateway({ providers, roles: { fast: ['local/a'], smart: ['claude/x'], instant: ['none/y'] }, clock: systemClock, log: recordingLog().log, templates: TEMPLATES })
  const view = await gateway.view({ probe: true, signal: new AbortController().signal })
  expect(view.providers.map(({ name, reachable, hasKey, error }) => [name, reachable, hasKey, error?.code])).toEqual([
    ['builtin', true, false, undefined],
    ['local', true, true, undefined],
    ['wrong', false, true, 'PROVIDER_AUTH'],
    ['gone', false, false, 'PROVIDER_UNREACHABLE'],
    ['claude', false, false, 'MODEL_UNKNOWN'],
  ])
  expect(view.roles).toEqual({
    fast: [{ model: 'local/a', provider: 'local', known: true }],
    smart: [{ model: 'claude/x', provider: 'claude', known: false }],
    instant: [{ model: 'none/y', provider: 'none', known: false }],
  })
  expect(JSON.stringify(view)).not.toContain(KEY)
})

test('warming loads what there is and never fails, whatever the names are', async () => {
  const server = await serve(() => ({ text: 'hi' }))
  const { gateway } = gatewayFor([provider(server), { name: 'later', kind: 'anthropic' }])
  await expect(gateway.warm(['local/x', 'later/y', 'nobody/z', '', 'builtin/rules'])).resolves.toBeUndefined()
  expect(server.calls).toEqual([])
})
