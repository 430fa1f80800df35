import { defineConfig } from '@playwright/test'

/** Each spec runs in both hosts of the app: its own window, and a browser. Which window that is, a spec does not know. */
export default defineConfig({
  testDir: 'tests/e2e/specs',
  outputDir: 'test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list']],
  projects: [
    { name: 'desktop', metadata: { host: 'desktop' } },
    { name: 'browser', metadata: { host: 'browser' } },
  ],
})
