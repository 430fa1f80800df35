import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

class App extends EventEmitter {
  readonly commandLine = { appendSwitch(): void {} }
  readonly isPackaged = false
  private readonly paths = new Map<string, string>()
  private name = 'electron-host'
  private isQuitting = false
  private readonly started = Promise.withResolvers<void>()
  /** Closes what is open; the windows' own part. */
  closeWindows: () => Promise<void> = async () => {}
  endBrowser: () => void = () => {}

  setName(name: string): void {
    this.name = name
  }
  getName(): string {
    return this.name
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path)
  }
  getPath(name: string): string {
    const path = this.paths.get(name)
    if (path === undefined) throw new Error(`not imitated: app.getPath(${name}) before it was set`)
    return path
  }
  enableSandbox(): void {}
  isReady(): boolean {
    return false
  }
  whenReady(): Promise<void> {
    return this.started.promise
  }

  /** The browser can be used: Playwright replaces `emit` and holds the event back until it is attached. */
  becomeReady(): void {
    this.emit('ready', {}, {})
    this.started.resolve()
  }

  quit(): void {
    if (this.isQuitting) return
    let prevented = false
    this.emit('before-quit', { preventDefault: () => (prevented = true) })
    if (prevented) return
    this.isQuitting = true
    void this.end()
  }

  private async end(): Promise<void> {
    await this.closeWindows()
    this.emit('will-quit', { preventDefault() {} })
    this.emit('quit', {}, 0)
    this.exit(0)
  }

  exit(code = 0): void {
    this.endBrowser()
    process.exit(code)
  }

  allWindowsClosed(): void {
    if (this.isQuitting) return
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }
}

export const electronApp = new App()

/** The main file of what was named on the command line: a folder with a package.json, or the file itself. */
export function mainFile(named: string): string {
  const path = resolve(named)
  const manifest = join(path, 'package.json')
  if (!existsSync(manifest)) return path
  const { main = 'index.js' } = JSON.parse(readFileSync(manifest, 'utf8')) as { main?: string }
  return resolve(dirname(manifest), main)
}
