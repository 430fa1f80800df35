import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright'
import { appEnv } from './app-env.ts'
import type { AppPlace, RunningApp } from './app-fixture.ts'
import { findBrowser } from './find-browser.ts'

const RAINY = join(import.meta.dirname, '../../bin/rainy.mjs')
const START_LIMIT_MS = 20_000

/** `rainy serve --ui`, and a browser on the address that it prints. */
export async function openInBrowser(place: AppPlace, env: Record<string, string>): Promise<RunningApp> {
  const server = spawn(process.execPath, [RAINY, 'serve', '--ui', '--workspace', place.workspace, '--data-dir', place.dataDir], { env: appEnv(place, env), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const address = await addressOf(server)
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(address)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    await browser.close()
    server.kill(signal)
    await ended
  }
  let over = false
  return {
    page,
    async chooseFolder(dir) {
      await page.getByRole('button', { name: /change folder$/ }).click()
      await page.getByRole('textbox', { name: 'Path of the folder' }).fill(dir)
      await page.getByRole('textbox', { name: 'Path of the folder' }).press('Enter')
    },
    async kill() {
      over = true
      await end('SIGKILL')
    },
    async close() {
      if (!over) await end('SIGTERM')
      over = true
    },
  }
}

/** The address with its one-use code, wherever in what is printed it stands. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const timer = setTimeout(() => reject(new Error(`no address within ${START_LIMIT_MS} ms; it said: ${said.join('\n')}`)), START_LIMIT_MS)
    server.once('exit', (code) => reject(new Error(`rainy serve ended with ${code}; it said: ${said.join('\n')}`)))
    for (const stream of [server.stdout, server.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        const found = /http:\/\/[^\s"]+#code=[^\s"]+/.exec(line)?.[0]
        if (!found) return
        clearTimeout(timer)
        resolve(found)
      })
    }
  })
}
