import { expect, test, vi } from 'vitest'
import { MessageChannelMain } from './ports.ts'
import { answerScheme, fromBrowser, protocol, toBrowser } from './protocol.ts'
import { absent, strict } from './strict.ts'

test('what is not imitated throws, and says what it was', () => {
  const shell = strict('shell', { beep: () => 'beep' })
  expect(shell.beep()).toBe('beep')
  expect(() => (shell as unknown as { trashItem: unknown }).trashItem).toThrow('not imitated: shell.trashItem')
  expect(() => (absent('Tray') as unknown as { create: unknown }).create).toThrow('not imitated: Tray.create')
})

test('a port holds back what comes until it is started, keeps the order, and tells of its end', async () => {
  const { port1, port2 } = new MessageChannelMain()
  const got: unknown[] = []
  const closed = vi.fn<() => void>()
  port1.postMessage({ n: 1 })
  port1.postMessage({ n: 2 })
  await new Promise((resolve) => setImmediate(resolve))
  port2.on('message', ({ data }) => got.push(data))
  port2.on('close', closed)
  expect(got).toEqual([])
  port2.start()
  port1.postMessage({ n: 3 })
  await vi.waitFor(() => expect(got).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]))
  port1.close()
  expect(closed).toHaveBeenCalledOnce()
})

test('an address of our own scheme goes to the browser and back as it was, and its handler answers it', async () => {
  protocol.handle('app', (request) => new Response(request.url))
  const address = 'app://rainy/assets/a.js?x=1#y'
  expect(fromBrowser(toBrowser(address))).toBe(address)
  expect(toBrowser('https://example.com/')).toBe('https://example.com/')
  expect(await (await answerScheme(toBrowser('app://rainy/index.html'), 'GET'))?.text()).toBe('app://rainy/index.html')
  expect(await answerScheme('https://example.com/', 'GET')).toBeUndefined()
})
