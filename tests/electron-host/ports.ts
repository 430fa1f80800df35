import { EventEmitter } from 'node:events'

export interface PortMessage {
  data: unknown
  ports: never[]
}

/** One end of a channel in the main process. It holds messages back until it is started, as Electron's does. */
export class MessagePortMain extends EventEmitter {
  /** What the other end is: another port here, or a page. */
  deliver: ((data: unknown) => void) | undefined
  closeOther: (() => void) | undefined
  private held: unknown[] | undefined = []
  private unsent: unknown[] = []
  private isClosed = false

  postMessage(data: unknown): void {
    if (this.isClosed) return
    if (this.deliver) this.deliver(data)
    else this.unsent.push(data)
  }

  start(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const data of held) this.emit('message', { data, ports: [] } satisfies PortMessage)
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.closeOther?.()
    this.emit('close')
  }

  /** The other end has said something. */
  take(data: unknown): void {
    if (this.isClosed) return
    if (this.held) this.held.push(data)
    else this.emit('message', { data, ports: [] } satisfies PortMessage)
  }

  connect(deliver: (data: unknown) => void, closeOther: () => void): void {
    this.deliver = deliver
    this.closeOther = closeOther
    for (const data of this.unsent.splice(0)) deliver(data)
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain()
  readonly port2 = new MessagePortMain()

  constructor() {
    this.port1.connect((data) => queueMicrotask(() => this.port2.take(structuredClone(data))), () => this.port2.close())
    this.port2.connect((data) => queueMicrotask(() => this.port1.take(structuredClone(data))), () => this.port1.close())
  }
}
