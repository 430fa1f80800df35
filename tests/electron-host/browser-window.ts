import { EventEmitter } from 'node:events'
import { electronApp } from './app.ts'
import type { Cdp } from './cdp.ts'
import { strict } from './strict.ts'
import { WebContents } from './web-contents.ts'

interface Options {
  width?: number
  height?: number
  webPreferences?: { preload?: string; sandbox?: boolean; contextIsolation?: boolean; nodeIntegration?: boolean }
}

const windows = new Set<BrowserWindow>()
let browser: Cdp | undefined

/** Windows can be opened from now on; targets that end, or that a page opened by itself, are seen to. */
export function useBrowser(cdp: Cdp): void {
  browser = cdp
  void cdp.send('Target.setDiscoverTargets', { discover: true })
  cdp.on('Target.targetDestroyed', ({ targetId }) => [...windows].find((window) => window.webContents.targetId === targetId)?.gone())
  cdp.on('Target.targetCreated', ({ targetInfo }) => {
    const { targetId, openerId, url } = targetInfo as { targetId: string; openerId?: string; url: string }
    const opener = [...windows].find((window) => window.webContents.targetId === openerId)
    if (!opener) return
    opener.webContents.refuseWindow(url)
    void cdp.send('Target.closeTarget', { targetId })
  })
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  private isShown = false

  constructor({ width = 800, height = 600, webPreferences = {} }: Options = {}) {
    super()
    if (!browser) throw new Error('Cannot create BrowserWindow before app is ready')
    const { preload, sandbox = true, contextIsolation = true, nodeIntegration = false } = webPreferences
    if (!sandbox || !contextIsolation || nodeIntegration) throw new Error('not imitated: a window without sandbox and isolation')
    this.webContents = new WebContents(browser, preload, { width, height })
    this.webContents.on('ready-to-show', () => this.emit('ready-to-show'))
    windows.add(this)
    return strict('BrowserWindow', this)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }
  static fromWebContents(contents: { id: number } | null): BrowserWindow | null {
    return [...windows].find((window) => window.webContents.id === contents?.id) ?? null
  }
  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url)
  }
  show(): void {
    this.isShown = true
  }
  isVisible(): boolean {
    return this.isShown
  }
  isDestroyed(): boolean {
    return this.webContents.isDestroyed()
  }
  close(): void {
    this.webContents.close()
  }

  gone(): void {
    windows.delete(this)
    this.webContents.end()
    this.emit('closed')
    if (windows.size === 0) electronApp.allWindowsClosed()
  }
}

/** Closes every window and waits until it is gone. */
export async function closeWindows(): Promise<void> {
  await Promise.all([...windows].map((window) => new Promise<void>((resolve) => {
    window.once('closed', resolve)
    window.close()
  })))
}

export const webContents = {
  fromDevToolsTargetId: (targetId: string): object | undefined => {
    const found = [...windows].find((window) => window.webContents.targetId === targetId)?.webContents
    return found && strict('webContents', found)
  },
  getAllWebContents: (): object[] => [...windows].map((window) => window.webContents),
}
