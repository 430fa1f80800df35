import { defineConfig } from '@playwright/test'
import { installedBrowser } from './tests/e2e/find-browser.ts'

const browser = installedBrowser()

/** Each spec runs in both hosts of the app: its own window, and a browser. Which window that is, a spec does not know. */
export default defineConfig({
  testDir: 'tests/e2e/specs',
  outputDir: 'test-results',
  workers: 1,
  // Roomy, for machines that do much else meanwhile: a test that goes well never waits for them.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  use: { launchOptions: { args: ['--no-sandbox'], ...(browser === undefined ? {} : { executablePath: browser }) } },
  reporter: [['list']],
  projects: [
    { name: 'desktop', metadata: { host: 'desktop' } },
    { name: 'browser', metadata: { host: 'browser' } },
  ],
})
