import { expect, test, vi } from 'vitest'
import { createFakeApi } from '../../api/fake-api.ts'
import type { FakeApi } from '../../api/fake-api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { runTerminal, WRITE_LIMIT_CHARS } from './run-terminal.ts'
import type { Screen } from './run-terminal.ts'

function screen(): Screen & { written: string[]; type(data: string): void } {
  const listeners = new Set<(data: string) => void>()
  const written: string[] = []
  return {
    cols: 80,
    rows: 24,
    written,
    write: (text) => void written.push(text),
    onData(listener) {
      listeners.add(listener)
      return { dispose: () => listeners.delete(listener) }
    },
    onResize: () => ({ dispose: () => undefined }),
    type: (data) => {
      for (const listener of listeners) listener(data)
    },
  }
}

const core = (): FakeApi => createFakeApi({ 'terminal.open': () => ({ terminalId: 't1', pty: true }), 'terminal.write': () => ({}), 'terminal.close': () => ({}) })
const written = (api: FakeApi): unknown[] => api.calls.filter(({ name }) => name === 'terminal.write').map(({ input }) => (input as { data: string }).data)

test('keys go to the shell in order, a long paste in pieces that it takes, and its output comes to the screen', async () => {
  const api = core()
  const terminal = screen()
  const ended = new AbortController()
  const running = runTerminal({ terminal, workspace: '/w', core: () => Promise.resolve(api), signal: ended.signal })
  await vi.waitFor(() => expect(api.subscriptions).toHaveLength(1))
  const paste = 'x'.repeat(WRITE_LIMIT_CHARS + 1)
  terminal.type('a')
  terminal.type(paste)
  await vi.waitFor(() => expect(written(api)).toEqual(['a', 'x'.repeat(WRITE_LIMIT_CHARS), 'x']))
  api.send('terminal.output', { data: 'hello' })
  await vi.waitFor(() => expect(terminal.written).toContain('hello'))
  ended.abort()
  await running
  expect(api.calls.at(-1)).toEqual({ name: 'terminal.close', input: { terminalId: 't1' } })
})

test('what is typed before the shell stands is not lost', async () => {
  const opened = Promise.withResolvers<{ terminalId: string; pty: boolean }>()
  const api = createFakeApi({ 'terminal.open': () => opened.promise, 'terminal.write': () => ({}), 'terminal.close': () => ({}) })
  const terminal = screen()
  const ended = new AbortController()
  const running = runTerminal({ terminal, workspace: '/w', core: () => Promise.resolve(api), signal: ended.signal })
  terminal.type('l')
  terminal.type('s')
  opened.resolve({ terminalId: 't1', pty: true })
  await vi.waitFor(() => expect(written(api)).toEqual(['l', 's']))
  ended.abort()
  await running
})

test('a shell that cannot be opened says why on its own screen', async () => {
  const api = createFakeApi({
    'terminal.open': () => {
      throw new RainyError('CWD_NOT_FOUND', 'There is no such folder.')
    },
  })
  const terminal = screen()
  await runTerminal({ terminal, workspace: '/gone', core: () => Promise.resolve(api), signal: new AbortController().signal })
  expect(terminal.written.join('')).toContain('There is no such folder.')
})
