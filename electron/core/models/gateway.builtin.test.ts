import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { renderActivation } from '../../../shared/activation.ts'
import { startModelServer } from '../../../tests/model-server/server.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { createGateway } from './gateway.ts'
import type { Gateway, ModelRequest } from './types.ts'

const TEMPLATES = new URL('../../../resources/templates/', import.meta.url)
const signal = new AbortController().signal

function gatewayWith(...providers: Parameters<typeof createGateway>[0]['providers']): Gateway {
  return createGateway({ providers, clock: systemClock, log: silentLog, templates: TEMPLATES })
}

function request(task: string, tools: string[] = []): ModelRequest {
  return {
    system: 'You are the coder of Rainy Brain. Date: 2026-05-01.',
    messages: [{ role: 'user', text: renderActivation({ phase: 'answer', task }) }],
    tools: tools.map((name) => ({ name, description: '', inputSchema: {} })),
    json: false,
    agent: 'coder',
  }
}

test('the built-in model needs no provider and streams its words', async () => {
  const tokens: string[] = []
  const answer = await gatewayWith().infer(request('hi'), { chain: ['builtin/rules'], signal, onToken: (_attempt, text) => tokens.push(text) })
  expect(answer).toMatchObject({ stop: 'stop', model: 'builtin/rules', message: { text: tokens.join(''), toolCalls: [] } })
  expect(tokens.length).toBeGreaterThan(5)
  expect(answer.usage.inputTokens).toBeGreaterThan(0)
})

test('its tool calls have ids like any model’s', async () => {
  const answer = await gatewayWith().infer(request('run the tests', ['run_tests']), { chain: ['builtin/rules'], signal, onToken() {} })
  expect(answer).toMatchObject({ stop: 'tool_calls', message: { toolCalls: [{ id: 'call_1_0', name: 'run_tests', args: {} }] } })
})

test('what it cannot do is BUILTIN_CANNOT, not tried again, and left to the next of the chain', async () => {
  const failed = gatewayWith().infer(request('add a dark mode'), { chain: ['builtin/rules'], signal, onToken() {} })
  await expect(failed).rejects.toMatchObject({ code: 'BUILTIN_CANNOT', message: expect.stringContaining('not an LLM') })
  await expect(failed).rejects.toBeInstanceOf(RainyError)
  await using server = await startModelServer({ script: () => ({ text: 'I can.' }) })
  const answer = await gatewayWith({ name: 'local', kind: 'openai', baseUrl: server.url }).infer(request('add a dark mode'), { chain: ['builtin/rules', 'local/x'], signal, onToken() {} })
  expect(answer).toMatchObject({ model: 'local/x', message: { text: 'I can.' } })
})

test('stopped before it begins, it says nothing', async () => {
  const stop = AbortSignal.abort()
  await expect(gatewayWith().infer(request('hi'), { chain: ['builtin/rules'], signal: stop, onToken() {} })).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('no SDK is loaded for it, and none before the first request', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const { createGateway } = await import(${JSON.stringify(new URL('gateway.ts', import.meta.url).href)})
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }), sleep: async () => {} }
    const gateway = createGateway({ providers: [{ name: 'openai', kind: 'openai', apiKey: 'x' }], clock, log, templates: new URL(${JSON.stringify(TEMPLATES.href)}) })
    gateway.check('openai/gpt-5')
    const before = loaded.length
    const answer = await gateway.infer({ system: '', messages: [{ role: 'user', text: 'hi' }], tools: [], json: false, agent: 'coder' }, { chain: ['builtin/rules'], signal: new AbortController().signal, onToken() {} })
    console.log(JSON.stringify({ sdk: loaded.filter((url) => url.includes('/openai/')), grew: loaded.length > before, text: answer.message.text }))
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)), encoding: 'utf8' })
  expect(JSON.parse(output)).toEqual({ sdk: [], grew: true, text: expect.stringContaining('Hi!') })
})
