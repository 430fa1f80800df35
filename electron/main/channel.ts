import { ipcMain, MessageChannelMain } from 'electron'
import type { MessagePortMain } from 'electron'
import type { RainyApi } from '../../shared/api.ts'
import type { FramePort } from '../../shared/channel.ts'
import { IPC } from '../../shared/desktop-bridge.ts'
import { serveChannel } from '../core/http/channel-server.ts'
import { isOurs } from './shell.ts'

/** Gives each page that asks for it an end of a channel, and serves the core at the other. A page that asks again gets a new one. */
export function serveWindows(core: Promise<RainyApi>): void {
  const served = new Map<number, Disposable>()
  ipcMain.on(IPC.connect, (event) => {
    if (!isOurs(event)) return
    const { sender } = event
    served.get(sender.id)?.[Symbol.dispose]()
    const { port1, port2 } = new MessageChannelMain()
    sender.postMessage(IPC.port, null, [port2])
    const end = (): void => {
      served.get(sender.id)?.[Symbol.dispose]()
      served.delete(sender.id)
    }
    sender.once('destroyed', end)
    // A core that does not come up is told of where it was started; this window then has nothing to wait for.
    core.then(
      (api) => served.set(sender.id, serveChannel({ api, port: portFrames(port1) })),
      () => port1.close(),
    )
  })
}

/** Frames over Electron's port, as they are. Nothing is lost before the first listener: a port holds back until it is started. */
export function portFrames(port: MessagePortMain): FramePort {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame(listener) {
      port.on('message', (event) => listener(event.data))
      port.start()
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  }
}
