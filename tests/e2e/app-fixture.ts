import { test as base } from '@playwright/test'
import type { Page } from '@playwright/test'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openInBrowser } from './browser-host.ts'
import { openOnDesktop } from './desktop-host.ts'

/** The app as a person has it before them, in whichever host. */
export interface RunningApp {
  page: Page
  /** Opens another folder the way this host does it: by its dialog, or by typing its path. */
  chooseFolder(dir: string): Promise<void>
  /** SIGKILL to the process that holds the core: nothing of it can tidy up. */
  kill(): Promise<void>
  close(): Promise<void>
}

export interface AppPlace {
  dataDir: string
  workspace: string
  temp: string
}

interface Fixtures {
  place: AppPlace
  /** Starts the app on the same data, as often as a test needs it; what is left open is closed. */
  openApp: (more?: { env?: Record<string, string> }) => Promise<RunningApp>
}

export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern
  place: async ({}, use) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'rainy-e2e-')))
    const place = { dataDir: join(root, 'data'), workspace: join(root, 'project'), temp: join(root, 'temp') }
    for (const dir of Object.values(place)) mkdirSync(dir)
    await use(place)
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  },
  openApp: async ({ place }, use, info) => {
    const open = info.project.metadata['host'] === 'browser' ? openInBrowser : openOnDesktop
    const opened: RunningApp[] = []
    await use(async ({ env = {} } = {}) => {
      const app = await open(place, env)
      opened.push(app)
      return app
    })
    for (const app of opened) await app.close()
  },
})

export { expect } from '@playwright/test'
