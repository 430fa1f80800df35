import { CHANNEL_MESSAGE } from '../../shared/desktop-bridge.ts'
import type { DesktopBridge } from '../../shared/desktop-bridge.ts'
import { createChannelClient } from '../../shared/channel-client.ts'
import type { ChannelClient } from '../../shared/channel-client.ts'
import { messagePortFrames } from './frame-ports.ts'

/** The core in the desktop: the preload hands over one end of the channel. */
export function openDesktop(bridge: DesktopBridge, signal: AbortSignal): Promise<ChannelClient> {
  return new Promise((resolve, reject) => {
    const take = (event: MessageEvent<unknown>): void => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== CHANNEL_MESSAGE || !port) return
      window.removeEventListener('message', take)
      resolve(createChannelClient(messagePortFrames(port)))
    }
    window.addEventListener('message', take)
    signal.addEventListener('abort', () => {
      window.removeEventListener('message', take)
      reject(signal.reason)
    }, { once: true })
    bridge.connect()
  })
}
