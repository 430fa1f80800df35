import { electronApp } from './app.ts'
import * as windows from './browser-window.ts'
import { ipc } from './ipc-main.ts'
import * as channel from './ports.ts'
import * as schemes from './protocol.ts'
import { absent, strict } from './strict.ts'

// What `electron` is to the app under test. What is not imitated throws, so that a test never passes on something that is not there.

export const app = strict('app', electronApp)
export const BrowserWindow = windows.BrowserWindow
export const webContents = strict('webContents', windows.webContents)
export const ipcMain = strict('ipcMain', ipc)
export const MessageChannelMain = channel.MessageChannelMain
export const protocol = strict('protocol', schemes.protocol)

export const session = strict('session', { defaultSession: strict('session.defaultSession', { setPermissionRequestHandler(): void {} }) })
export const nativeTheme = strict('nativeTheme', { themeSource: 'system' })
export const Menu = strict('Menu', { setApplicationMenu(): void {} })

const refuse = (name: string) => (): never => {
  throw new Error(`not imitated: ${name}; a test that comes here puts its own in its place`)
}
export const shell = strict('shell', { openExternal: refuse('shell.openExternal') })
export const dialog = strict('dialog', {
  showOpenDialog: refuse('dialog.showOpenDialog'),
  showErrorBox: (title: string, content: string) => void process.stderr.write(`${title}: ${content}\n`),
  async showMessageBox({ message }: { message: string }) {
    process.stderr.write(`${message}\n`)
    return { response: 0 }
  },
})

export const autoUpdater = absent('autoUpdater')
export const clipboard = absent('clipboard')
export const contextBridge = absent('contextBridge')
export const crashReporter = absent('crashReporter')
export const globalShortcut = absent('globalShortcut')
export const ipcRenderer = absent('ipcRenderer')
export const nativeImage = absent('nativeImage')
export const net = absent('net')
export const Notification = absent('Notification')
export const powerMonitor = absent('powerMonitor')
export const safeStorage = absent('safeStorage')
export const screen = absent('screen')
export const systemPreferences = absent('systemPreferences')
export const Tray = absent('Tray')
export const utilityProcess = absent('utilityProcess')
export const WebContentsView = absent('WebContentsView')
