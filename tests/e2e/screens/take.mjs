#!/usr/bin/env node
// Builds the window on a fake core and takes a picture of every scene: `node tests/e2e/screens/take.mjs OUT_DIR [SCENE…]`.
import react from '@vitejs/plugin-react'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { findBrowser } from '../find-browser.ts'

const [out = 'test-results/screens', ...only] = process.argv.slice(2)
const SIZES = [[1280, 800], [1920, 1080], [800, 900]]
const SCENES = ['empty', 'untrusted', 'busy', 'terminal', 'approval', 'doubt', 'failed', 'parked', 'waiting', 'recovered', 'done', 'many', 'long', 'rtl']
const EVERY_SIZE = new Set(['busy', 'empty', 'approval'])

mkdirSync(resolve(out), { recursive: true })
const config = { root: import.meta.dirname, configFile: false, logLevel: 'error', plugins: [react()], build: { outDir: resolve('out/screens'), emptyOutDir: true }, preview: { port: 0, host: '127.0.0.1' } }
await build(config)
const server = await preview(config)
const address = server.resolvedUrls.local[0]
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
try {
  for (const scene of SCENES.filter((name) => only.length === 0 || only.includes(name))) {
    for (const [width, height] of EVERY_SIZE.has(scene) ? SIZES : SIZES.slice(0, 1)) {
      for (const theme of ['dark', 'light']) {
        const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' })
        page.on('pageerror', (error) => process.stderr.write(`${scene}: ${error.stack}\n`))
        await page.goto(`${address}?scene=${scene}`)
        await page.waitForTimeout(500)
        await page.screenshot({ path: join(out, `${scene}-${width}-${theme}.png`) })
        await page.close()
      }
    }
  }
} finally {
  await browser.close()
  await server.close()
}
