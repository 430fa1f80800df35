import { BrowserWindow, session } from 'electron'
import type { WebContents } from 'electron'
import { openLink } from './links.ts'
import { APP_ORIGIN, APP_PAGE } from './scheme.ts'

/** A page that dies is loaded again, but not for ever. */
const RELOAD_LIMIT = 3

/** The one window: sandboxed, without Node, without permissions, and it goes nowhere but to our own page. */
export function openWindow({ preload, icon }: { preload: string; icon: string }): BrowserWindow {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(permission === 'clipboard-sanitized-write'))
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 480,
    minHeight: 400,
    title: 'Rainy Brain',
    icon,
    show: false,
    backgroundColor: '#101317',
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
  })
  window.once('ready-to-show', () => window.show())
  confine(window.webContents)
  reloadWhenGone(window.webContents)
  void window.loadURL(APP_PAGE)
  return window
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    void openLink(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault()
  })
}

function reloadWhenGone(contents: WebContents): void {
  let reloads = 0
  contents.on('render-process-gone', () => {
    reloads += 1
    if (reloads <= RELOAD_LIMIT) contents.reload()
  })
}
