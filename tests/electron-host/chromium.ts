import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { findBrowser } from '../e2e/find-browser.ts'
import { connectCdp } from './cdp.ts'
import type { Cdp } from './cdp.ts'

export interface Chromium {
  cdp: Cdp
  end(): void
}

const SWITCHES = ['--headless=new', '--no-startup-window', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions', '--disable-dev-shm-usage', '--disable-popup-blocking', '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding', '--disable-background-timer-throttling']

/** Chromium on a pipe, with which it dies, and on a port too where one is asked for: that is Playwright's. */
export function startChromium(debuggingPort: string | undefined): Chromium {
  const profile = mkdtempSync(join(tmpdir(), 'electron-host-'))
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const port = debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`]
  const child = spawn(findBrowser(), [...SWITCHES, ...asRoot, ...port, '--remote-debugging-pipe', `--user-data-dir=${profile}`], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], detached: true })
  child.stderr?.on('data', (text: Buffer) => {
    // Of all that Chromium says only this is Electron's: Playwright waits for it.
    for (const line of text.toString().split('\n')) if (line.startsWith('DevTools listening on ')) process.stderr.write(`${line}\n`)
  })
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  }
  return { cdp: connectCdp(child.stdio[3] as Writable, child.stdio[4] as Readable), end }
}
