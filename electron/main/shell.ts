import { BrowserWindow, dialog, ipcMain, nativeTheme } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { IPC, THEMES } from '../../shared/desktop-bridge.ts'
import { openLink } from './links.ts'
import { APP_ORIGIN } from './scheme.ts'

/** Only our own page, in the window's top frame, is listened to. */
export function isOurs(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && frame.url.startsWith(`${APP_ORIGIN}/`)
}

/** What the shell itself does for the page: a dialog, links, the theme. Everything else is the core's and travels on the channel. */
export function serveShell(): void {
  ipcMain.handle(IPC.chooseFolder, async (event) => {
    const window = BrowserWindow.fromWebContents(event.sender)
    if (!isOurs(event) || !window) return null
    const { canceled, filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] })
    return canceled ? null : (filePaths[0] ?? null)
  })
  ipcMain.on(IPC.openLink, (event, url: unknown) => {
    if (isOurs(event)) void openLink(url)
  })
  ipcMain.on(IPC.setTheme, (event, theme: unknown) => {
    const known = THEMES.find((one) => one === theme)
    if (isOurs(event) && known !== undefined) nativeTheme.themeSource = known
  })
}
