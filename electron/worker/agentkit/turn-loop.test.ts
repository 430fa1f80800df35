import { describe, expect, test } from 'vitest'
import type { InferResult, ModelAnswer, Suspension, ToolBatchResult } from '../../../shared/model.ts'
import { roundRequest } from '../testing/fixtures.ts'
import { answer, createFakeHost, toolAnswer, toolResults } from '../testing/host.fake.ts'
import { said, setUp } from '../testing/set-up.ts'

const READ = toolAnswer({ name: 'read_file', args: { path: 'a.ts' } })
const question = roundRequest({ intent: 'explain_code', text: 'what is it?' })

/** One agent's conversation: what it is answered with, one after another. */
async function converse(answers: Array<ModelAnswer | InferResult>, tools?: Parameters<typeof createFakeHost>[0]['tools']) {
  const bench = setUp({ model: (_seen, count) => answers[count - 1] ?? answer('no more was scripted'), ...(tools ? { tools } : {}) })
  const run = await bench.driver.start('execute-task', 'brain/task.requested', question)
  return { ...bench, run, last: bench.host.inferences.at(-1) }
}

test('one answer is one batch, in the order of its calls, and each call has its result', async () => {
  const calls = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({ id: `x${index}`, name: 'read_file', args: { path: name } }))
  const { host, last } = await converse([toolAnswer(...calls), answer('Read.')])
  expect(host.batches).toHaveLength(1)
  expect(host.batches[0]?.request.calls.map((call) => call.id)).toEqual(['x0', 'x1', 'x2', 'x3', 'x4'])
  expect(last?.messages.slice(2).map((message) => (message.role === 'tool' ? message.toolCallId : ''))).toEqual(['x0', 'x1', 'x2', 'x3', 'x4'])
  expect(host.batches[0]?.request.inferStepId).toBe(host.inferences[0]?.step.stepId)
})

test('malformed arguments and unknown tools go to the host as they are, and come back as results', async () => {
  const { run, last, host } = await converse(
    [toolAnswer({ id: '1', name: 'fly', args: {} }, { id: '2', name: 'read_file', args: null, rawArgs: '{"path":' }), answer('I see.')],
    ({ calls }) => ({ state: 'done', results: calls.map(({ id, name }) => ({ callId: id, name, isError: true, content: `${name}: no` })), filesModified: [] }),
  )
  expect(run.status).toBe('completed')
  expect(host.batches[0]?.request.calls[1]).toMatchObject({ args: null, rawArgs: '{"path":' })
  expect(said(last!, 'tool')).toEqual(['fly: no', 'read_file: no'])
})

test('a call that the host gave no result for still has one', async () => {
  const { last } = await converse([toolAnswer({ id: '1', name: 'read_file', args: {} }, { id: '2', name: 'read_file', args: {} }), answer('Fine.')], ({ calls }) => ({
    state: 'done',
    results: calls.slice(0, 1).map(({ id, name }) => ({ callId: id, name, isError: false, content: 'yes' })),
    filesModified: [],
  }))
  expect(last?.messages.at(-1)).toEqual({ role: 'tool', toolCallId: '2', name: 'read_file', content: 'The call gave no result.', isError: true })
})

test('an answer that was cut off is gone on with and put together, but not for ever', async () => {
  const { run, host } = await converse([answer('It is a ', 'length'), answer('parser.')])
  expect(run.output).toMatchObject({ summary: 'It is a parser.' })
  expect(said(host.inferences[1]!, 'user').at(-1)).toMatch(/cut off/)
  const endless = await converse(Array.from({ length: 50 }, () => answer('x', 'length')))
  expect(endless.host.inferences).toHaveLength(4)
  expect(endless.run.output).toMatchObject({ summary: 'xxxx' })
})

test('what the user says meanwhile stands before the answer it steered', async () => {
  const steered: InferResult = { state: 'done', steering: ['In German, please.'], answer: READ }
  const { last } = await converse([steered, answer('Es ist ein Parser.')])
  expect(last?.messages.map((message) => message.role)).toEqual(['user', 'user', 'assistant', 'tool'])
  expect(last?.request.append.map((message) => message.role)).toEqual(['tool'])
  expect(last?.request.base).toBe(3)
})

test('a host that lost the conversation gets the whole of it, once', async () => {
  const bench = setUp({
    model: (_seen, count) => (count < 4 ? READ : answer('Done.')),
    tools: (request) => {
      if (bench.host.inferences.length === 2) bench.host.forget()
      return toolResults(request)
    },
  })
  await bench.driver.start('execute-task', 'brain/task.requested', question)
  expect(bench.host.inferences.map((seen) => seen.request.base)).toEqual([0, 2, 0, 6])
  expect(bench.host.inferences.map((seen) => seen.messages.length)).toEqual([1, 3, 5, 7])
})

test('at its limit an agent hands off to itself and keeps its conversation', async () => {
  const { host, last } = await converse([...Array.from({ length: 10 }, () => READ), answer('Done.')])
  expect(host.progressBodies.filter((body) => body.type === 'handoff')).toMatchObject([{ from: 'coder', to: 'coder' }])
  expect(last?.messages).toHaveLength(1 + 2 * 10 + 1)
  expect(new Set(host.inferences.map((seen) => seen.request.conversation)).size).toBe(1)
})

test('a conversation that became too long is gone on with from a digest, unless that is too long itself', async () => {
  const tooLong: InferResult = { state: 'failed', error: { code: 'CONTEXT_TOO_LONG', message: 'Too long.' } }
  const { run, host, last } = await converse([READ, READ, READ, tooLong, answer('Done.')], (request) => toolResults(request, ['a.ts']))
  expect(run.output).toMatchObject({ summary: 'Done.', filesModified: ['a.ts'] })
  expect(last?.messages).toHaveLength(2)
  expect(said(last!, 'user')[1]).toMatch(/^Handoff: .*"filesModified":\["a.ts"\].*\nThe conversation before/)
  expect(host.progressBodies.filter((body) => body.type === 'handoff')).toHaveLength(1)
  const hopeless = await converse([READ, READ, READ, tooLong, tooLong])
  expect(hopeless.run.output).toEqual({ error: { code: 'CONTEXT_TOO_LONG', message: 'Too long.' } })
})

describe('what is suspended waits outside of steps and goes on in a step with a new id', () => {
  const unparked = ['budget', 'disk', 'turn-limit', 'time-limit'] as const

  test.each(unparked)('%s: until the task is unparked', async (on) => {
    const bench = setUp({ model: (_seen, count) => (count === 1 ? { state: 'suspend', suspension: { on } } : answer('Done.')) })
    const run = await bench.driver.start('execute-task', 'brain/task.requested', question)
    expect(run.status).toBe('running')
    await bench.driver.send('brain/task.unparked', { taskId: 'another', reason: on })
    expect(run.status).toBe('running')
    await bench.driver.send('brain/task.unparked', { taskId: 'task-1', reason: on })
    expect(run.status).toBe('completed')
    expect(bench.host.inferences.map((seen) => seen.step.stepName)).toEqual(['1-coder-answer/1/infer', '1-coder-answer/1/infer~2'])
  })

  test('one event ends one wait: a budget that is exhausted again parks again', async () => {
    const bench = setUp({ model: (_seen, count) => (count < 3 ? { state: 'suspend', suspension: { on: 'budget' } } : answer('Done.')) })
    const run = await bench.driver.start('execute-task', 'brain/task.requested', question)
    await bench.driver.send('brain/task.unparked', { taskId: 'task-1', reason: 'budget' })
    expect(run.status).toBe('running')
    await bench.driver.send('brain/task.unparked', { taskId: 'task-1', reason: 'budget' })
    expect(run.status).toBe('completed')
  })

  test('until: sleeps and asks again', async () => {
    const bench = setUp({ model: (_seen, count) => (count === 1 ? { state: 'suspend', suspension: { on: 'until', at: 1_800_000_000_000, reason: 'rate limit' } } : answer('Done.')) })
    const run = await bench.driver.start('execute-task', 'brain/task.requested', question)
    expect(run.status).toBe('completed')
    expect([...run.names.values()]).toContain('1-coder-answer/1/infer/wait')
  })

  test.each(['approval', 'in-doubt'] as const)('%s: until each of its calls was decided, in any order', async (on) => {
    const suspension: Suspension = { on, approvalIds: ['p', 'q'] }
    const bench = setUp({
      model: (_seen, count) => (count === 1 ? READ : answer('Done.')),
      tools: (request): ToolBatchResult => (bench.host.batches.length === 1 ? { state: 'suspend', suspension } : toolResults(request)),
    })
    const run = await bench.driver.start('execute-task', 'brain/task.requested', question)
    await bench.driver.send('brain/approval.decided', { taskId: 'task-1', approvalId: 'q', decision: 'approve' })
    expect(run.status).toBe('running')
    await bench.driver.send('brain/approval.decided', { taskId: 'task-1', approvalId: 'p', decision: 'deny' })
    expect(run.status).toBe('completed')
    expect(bench.host.batches.map(({ step }) => step.stepName)).toEqual(['1-coder-answer/1/tools', '1-coder-answer/1/tools~2'])
    expect(bench.host.batches[1]?.request).toEqual(bench.host.batches[0]?.request)
  })
})

test('a cancelled invocation stops waiting for the host, and ends no round', async () => {
  const bench = setUp({ model: () => new Promise(() => undefined) })
  bench.host.sdk = async () => ({ status: 200, body: '{}' })
  const event = { name: 'brain/task.requested', data: roundRequest(), id: 'e', ts: 1 }
  const ctx = { run_id: 'r', fn_id: 'f', qi_id: 'q', attempt: 0, max_attempts: 4, stack: { stack: [], current: 0 } }
  const call = bench.app.invoke({
    ref: { runId: 'r', dispatch: 1, attempt: 0, epoch: 1 },
    functionId: 'rainy-brain-execute-task',
    stepId: 'step',
    body: JSON.stringify({ version: 2, event, events: [event], steps: {}, ctx }),
    inputHashes: {},
  })
  await expect.poll(() => bench.host.inferences.length).toBe(1)
  bench.app.cancel('r', 2)
  bench.app.cancel('r', 1)
  expect((await call).body).toContain('CANCELLED')
  expect(bench.host.effects.map((effect) => effect.name)).toEqual(['progress'])
})

test('an answer that is empty is asked for again; a model that has nothing else to say ends the round', async () => {
  const { run, host } = await converse([answer('  '), answer('It is a parser.')])
  expect(run.output).toMatchObject({ success: true, summary: 'It is a parser.' })
  expect(said(host.inferences[1]!, 'user').at(-1)).toMatch(/empty/)
  const mute = await converse(Array.from({ length: 9 }, () => answer('')))
  expect(mute.host.inferences).toHaveLength(3)
  expect(mute.run.output).toMatchObject({ error: { code: 'PROVIDER_BAD_RESPONSE', message: expect.stringContaining('empty') as unknown } })
})

test('a refusal is not asked again: the round fails with what the model said', async () => {
  const { run, host } = await converse([answer('I cannot help with that.', 'refusal')])
  expect(host.inferences).toHaveLength(1)
  expect(run.output).toMatchObject({ error: { code: 'PROVIDER_BAD_RESPONSE', message: expect.stringContaining('I cannot help with that.') as unknown } })
})

test('an inference is a step of its own in line: the function is called once for all turns', async () => {
  const { run } = await converse([READ, READ, READ, answer('Read.')])
  expect(run.requests).toBe(1)
  expect([...run.names.values()].filter((name) => name.endsWith('/infer'))).toEqual([1, 2, 3, 4].map((turn) => `1-coder-answer/${turn}/infer`))
})
