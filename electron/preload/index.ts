import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE_NAME, CHANNEL_MESSAGE, IPC } from '../../shared/desktop-bridge.ts'
import type { DesktopBridge } from '../../shared/desktop-bridge.ts'

// A port cannot cross the bridge itself: it goes on to the page as a message, which only this document can receive.
ipcRenderer.on(IPC.port, (event) => window.postMessage(CHANNEL_MESSAGE, window.location.origin, [...event.ports]))

contextBridge.exposeInMainWorld(BRIDGE_NAME, {
  platform: process.platform,
  connect: () => ipcRenderer.send(IPC.connect),
  chooseFolder: () => ipcRenderer.invoke(IPC.chooseFolder),
  openLink: (url) => ipcRenderer.send(IPC.openLink, url),
  setTheme: (theme) => ipcRenderer.send(IPC.setTheme, theme),
} satisfies DesktopBridge)
