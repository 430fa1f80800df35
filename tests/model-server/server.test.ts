import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { renderActivation } from '../../shared/activation.ts'
import { EXPECTED, FILES } from './scripts/multi-file-edit.project.ts'
import { findScript, SCRIPT_NAMES } from './scripts/index.ts'
import { startModelServer, type ModelServer } from './server.ts'

let server: ModelServer | undefined
afterEach(() => server?.close())

async function post(body: unknown, key = ''): Promise<{ status: number; body: { error?: { message: string; param: string | null; code: string | null } } }> {
  const response = await fetch(`${server?.url}/chat/completions`, { method: 'POST', headers: key ? { authorization: `Bearer ${key}` } : {}, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as never }
}

const user = { role: 'user', content: 'hi' }
const call = (id: string): object => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const asking = (...ids: string[]): object => ({ role: 'assistant', content: null, tool_calls: ids.map(call) })
const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: 'ok' })
const tool = (over: object = {}): object => ({ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'], additionalProperties: false }, ...over } })

const refused: Array<[string, unknown, RegExp]> = [
  ['what is no JSON', '{', /could not parse the JSON body/],
  ['no model', { messages: [user] }, /must provide a model/],
  ['no messages', { model: 'm' }, /Missing required parameter: 'messages'/],
  ['an empty list of messages', { model: 'm', messages: [] }, /empty array/],
  ['an unknown role', { model: 'm', messages: [{ role: 'robot', content: 'x' }] }, /Supported values are/],
  ['empty content', { model: 'm', messages: [{ role: 'user', content: '' }] }, /must not be empty/],
  ['null content', { model: 'm', messages: [{ role: 'user', content: null }] }, /expected a string, got null/],
  ['an assistant who says and asks nothing', { model: 'm', messages: [user, { role: 'assistant', content: null }] }, /got null/],
  ['an empty list of calls', { model: 'm', messages: [user, { role: 'assistant', content: 'x', tool_calls: [] }] }, /empty array/],
  ['a call without its result', { model: 'm', messages: [user, asking('a', 'b'), result('a'), user] }, /did not have response messages: b/],
  ['a call without its result at the end', { model: 'm', messages: [user, asking('a')] }, /did not have response messages: a/],
  ['a result without its call', { model: 'm', messages: [user, result('a')] }, /must be a response to a preceeding message/],
  ['two results of one call', { model: 'm', messages: [user, asking('a'), result('a'), result('a')] }, /must be a response/],
  ['two calls with one id', { model: 'm', messages: [user, asking('a', 'a'), result('a')] }, /Duplicate value for 'tool_call_id'/],
  ['a long call id', { model: 'm', messages: [user, asking('a'.repeat(41))] }, /maximum length 40/],
  ['arguments that are no JSON', { model: 'm', messages: [user, { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }] }, result('a')] }, /failed to parse/],
  ['an empty list of tools', { model: 'm', messages: [user], tools: [] }, /empty array/],
  ['two tools with one name', { model: 'm', messages: [user], tools: [tool(), tool()] }, /duplicate function name/],
  ['a tool with a bad name', { model: 'm', messages: [user], tools: [tool({ name: 'a b' })] }, /does not match pattern/],
  ['a schema that is no object', { model: 'm', messages: [user], tools: [tool({ parameters: { type: 'string' } })] }, /schema must be a JSON Schema/],
  ['strict with optional fields', { model: 'm', messages: [user], tools: [tool({ strict: true })] }, /Missing 'b'/],
  ['parallel_tool_calls without tools', { model: 'm', messages: [user], parallel_tool_calls: true }, /only allowed when 'tools'/],
  ['stream_options without a stream', { model: 'm', messages: [user], stream_options: {} }, /only allowed when 'stream'/],
  ['JSON mode without the word', { model: 'm', messages: [user], response_format: { type: 'json_object' } }, /must contain the word 'json'/],
  ['an argument that it does not know', { model: 'm', messages: [user], wish: 1 }, /Unrecognized request argument/],
  ['a limit below one', { model: 'm', messages: [user], max_tokens: 0 }, /below minimum/],
]

test.each(refused)('%s is refused with 400, in the real server’s shape', async (_what, body, message) => {
  server = await startModelServer({ script: () => ({ text: 'no' }) })
  const answer = await post(body)
  expect(answer).toEqual({ status: 400, body: { error: { message: expect.stringMatching(message), type: 'invalid_request_error', param: expect.toBeOneOf([null, expect.any(String)]), code: expect.toBeOneOf([null, expect.any(String)]) } } })
  expect(server.calls).toMatchObject([{ outcome: 'refused', status: 400 }])
})

test('a whole conversation with calls and results is answered, and written down', async () => {
  server = await startModelServer({ script: ({ messages }) => ({ text: `${messages.length} messages` }) })
  const body = { model: 'm', messages: [{ role: 'system', content: 'You are the coder agent of Rainy Brain.' }, user, asking('a', 'b'), result('b'), result('a')], tools: [tool()] }
  expect(await post(body)).toMatchObject({ status: 200, body: { choices: [{ message: { content: '4 messages' }, finish_reason: 'stop' }] } })
  expect(server.calls).toMatchObject([{ n: 1, agent: 'coder', model: 'm', messages: 4, outcome: 'answered', body }])
  expect(server.repeated()).toEqual([])
  await post(body)
  expect(server.repeated()).toEqual([server.calls[0]?.fingerprint])
})

test('a wrong key is refused, on the list of models too', async () => {
  server = await startModelServer({ script: () => ({ text: 'x' }), apiKey: 'right', models: ['a', 'b'] })
  expect((await post({ model: 'a', messages: [user] }, 'wrong')).body.error?.code).toBe('invalid_api_key')
  expect((await post({ model: 'z', messages: [user] }, 'right')).status).toBe(404)
  const list = await fetch(`${server.url}/models`, { headers: { authorization: 'Bearer right' } })
  expect(await list.json()).toMatchObject({ data: [{ id: 'a' }, { id: 'b' }] })
})

test('the same conversation gets the same answer, whenever it is asked', async () => {
  for (const name of SCRIPT_NAMES) {
    const script = findScript(name)
    for (const agent of ['planner', 'coder', 'reviewer', 'terminal', 'docs']) {
      for (const phase of ['plan', 'execute-step', 'answer', 'review', 'fix', 'commit'] as const) {
        const text = renderActivation({ phase, task: 'x', files: ['a.txt'] })
        const request = { model: 'm', system: '', agent, messages: [{ role: 'user' as const, text }], tools: [], json: false, stream: true }
        expect(script?.(request)).toEqual(script?.(structuredClone(request)))
      }
    }
  }
})

test('the project of multi-file-edit is green before and after', () => {
  for (const files of [FILES, EXPECTED]) {
    const dir = mkdtempSync(join(tmpdir(), 'multi-file-edit-'))
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), content)
    }
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    expect(execFileSync(process.execPath, ['--test'], { cwd: dir, env, encoding: 'utf8' })).toMatch(/pass 1/)
    rmSync(dir, { recursive: true })
  }
  expect(Object.keys(FILES).filter((path) => FILES[path] !== EXPECTED[path])).toEqual(['src/money.js', 'src/cart.js', 'src/invoice.js'])
})
