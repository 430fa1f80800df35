import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Cdp, CdpParams } from './cdp.ts'
import { ipc } from './ipc-main.ts'
import { BINDING, MAIN_WORLD, preloadWorld, PRELOAD_WORLD } from './page-scripts.ts'
import type { MessagePortMain } from './ports.ts'
import { answerScheme, fromBrowser, toBrowser } from './protocol.ts'
import { strict } from './strict.ts'

interface FromPage {
  t: 'send' | 'invoke' | 'port' | 'window-open'
  id?: number
  channel?: string
  args?: unknown[]
  data?: unknown
  url?: string
}

let lastContents = 0
let lastPort = 0

export class WebContents extends EventEmitter {
  readonly id = (lastContents += 1)
  targetId = ''
  private readonly cdp: Cdp
  private readonly preload: string | undefined
  private sessionId = ''
  private context: number | undefined
  private queue: object[] = []
  private flushing = false
  private expected = ''
  private url = 'about:blank'
  private destroyed = false
  private readonly ports = new Map<number, MessagePortMain>()
  private openHandler: ((details: { url: string }) => { action: string }) | undefined
  readonly ready: Promise<void>

  constructor(cdp: Cdp, preload: string | undefined, size: { width: number; height: number }) {
    super()
    this.cdp = cdp
    this.preload = preload
    this.ready = this.open(size)
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  getURL(): string {
    return fromBrowser(this.url)
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  send(channel: string, ...args: unknown[]): void {
    this.deliver({ t: 'message', channel, args, ports: [] })
  }

  postMessage(channel: string, message: unknown, ports: MessagePortMain[] = []): void {
    const ids = ports.map((port) => this.adopt(port))
    this.deliver({ t: 'message', channel, args: [message], ports: ids.map(({ id }) => id) })
    for (const { connect } of ids) connect()
  }

  reload(): void {
    this.expected = this.url
    void this.call('Page.reload')
  }

  close(): void {
    void this.cdp.send('Target.closeTarget', { targetId: this.targetId })
  }

  async load(address: string): Promise<void> {
    await this.ready
    this.expected = toBrowser(address)
    await this.call('Page.navigate', { url: this.expected })
  }

  /** The target is gone, whoever closed it. */
  end(): void {
    if (this.destroyed) return
    this.destroyed = true
    for (const port of this.ports.values()) port.close()
    this.emit('destroyed')
  }

  /** Chromium opened a page of ours' link in a new target: it is closed, and the handler told. */
  refuseWindow(url: string): void {
    this.openHandler?.({ url: fromBrowser(url) })
  }

  private async open({ width, height }: { width: number; height: number }): Promise<void> {
    const { targetId } = await this.cdp.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', newWindow: true, width, height })
    this.targetId = targetId
    this.sessionId = (await this.cdp.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })).sessionId
    this.listen()
    const source = preloadWorld(this.preload === undefined ? '' : readFileSync(this.preload, 'utf8'))
    await Promise.all([
      this.call('Page.enable'),
      this.call('Runtime.enable'),
      this.call('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD }),
      this.call('Page.addScriptToEvaluateOnNewDocument', { source, worldName: PRELOAD_WORLD }),
      this.call('Page.addScriptToEvaluateOnNewDocument', { source: MAIN_WORLD }),
      this.call('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    ])
  }

  private call(method: string, params: CdpParams = {}): Promise<CdpParams> {
    return this.cdp.send(method, params, this.sessionId)
  }

  private listen(): void {
    const on = (method: string, take: (params: CdpParams) => void): void => {
      this.cdp.on(method, (params, sessionId) => {
        if (sessionId === this.sessionId) take(params)
      })
    }
    on('Runtime.executionContextCreated', ({ context }) => {
      const { id, name } = context as { id: number; name: string }
      if (name !== PRELOAD_WORLD) return
      this.context = id
      this.flush()
    })
    on('Runtime.executionContextsCleared', () => (this.context = undefined))
    on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === BINDING) void this.take(JSON.parse(payload as string) as FromPage)
    })
    on('Page.frameNavigated', ({ frame }) => {
      const { parentId, url } = frame as { parentId?: string; url: string }
      if (parentId === undefined) this.url = url
    })
    on('Page.loadEventFired', () => {
      this.emit('did-finish-load')
      if (this.url !== 'about:blank') this.emit('ready-to-show')
    })
    on('Fetch.requestPaused', (params) => void this.answer(params as unknown as PausedRequest))
  }

  private async answer({ requestId, request, resourceType }: PausedRequest): Promise<void> {
    if (resourceType === 'Document' && request.url !== this.expected && this.refused(request.url)) {
      await this.call('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      return
    }
    const response = await answerScheme(request.url, request.method)
    if (!response) {
      await this.call('Fetch.continueRequest', { requestId })
      return
    }
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }))
    await this.call('Fetch.fulfillRequest', { requestId, responseCode: response.status, responseHeaders, body })
  }

  private refused(url: string): boolean {
    let prevented = false
    this.emit('will-navigate', { preventDefault: () => (prevented = true) }, fromBrowser(url))
    return prevented
  }

  private async take(message: FromPage): Promise<void> {
    const { channel = '', args = [] } = message
    const event = { sender: strict('webContents', this), senderFrame: { url: this.getURL(), parent: null } }
    switch (message.t) {
      case 'send':
        ipc.emit(channel, event, ...args)
        return
      case 'port':
        this.ports.get(message.id ?? 0)?.postMessage(message.data)
        return
      case 'window-open':
        this.openHandler?.({ url: fromBrowser(message.url ?? '') })
        return
      case 'invoke': {
        const reply = { t: 'reply', id: message.id }
        try {
          const handler = ipc.handlers.get(channel)
          if (!handler) throw new Error(`No handler registered for '${channel}'`)
          this.deliver({ ...reply, value: await handler(event, ...args) })
        } catch (error) {
          this.deliver({ ...reply, error: error instanceof Error ? error.message : String(error) })
        }
        return
      }
      default:
        message.t satisfies never
    }
  }

  /** What comes out of the port goes to the page, and what the page says goes in: its peer speaks with the page. */
  private adopt(port: MessagePortMain): { id: number; connect: () => void } {
    const id = (lastPort += 1)
    this.ports.set(id, port)
    port.on('message', ({ data }: { data: unknown }) => this.deliver({ t: 'port', id, data }))
    port.on('close', () => this.deliver({ t: 'port-close', id }))
    return { id, connect: () => port.start() }
  }

  private deliver(message: object): void {
    this.queue.push(message)
    this.flush()
  }

  /** Many at once, in order: one call into the page for all that came in this turn. */
  private flush(): void {
    if (this.flushing || this.destroyed) return
    this.flushing = true
    queueMicrotask(() => {
      this.flushing = false
      if (this.context === undefined || this.queue.length === 0) return
      const text = JSON.stringify(this.queue.splice(0))
      this.call('Runtime.evaluate', { expression: `__electronHostDeliver(${JSON.stringify(text)})`, contextId: this.context }).catch(() => undefined) // The page went away meanwhile: so does what was for it.
    })
  }
}

interface PausedRequest {
  requestId: string
  request: { url: string; method: string }
  resourceType: string
}
