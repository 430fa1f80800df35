import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const FIXED = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']
const DOWNLOAD_LIMIT_MS = 180_000
const APT_LIMIT_MS = 600_000

/** A browser that is here already: named by RAINY_BROWSER, installed, or Playwright's own. */
export function installedBrowser(env: Record<string, string | undefined> = process.env): string | undefined {
  if (env['RAINY_BROWSER']) return env['RAINY_BROWSER']
  const onPath = (env['PATH'] ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)))
  return [...onPath, ...FIXED, chromium.executablePath()].find((path) => path !== '' && existsSync(path))
}

/** One that is here, else Playwright's, else Debian's where this is root. Throws where there is none: nothing is skipped. */
export function findBrowser(say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`)): string {
  const here = installedBrowser()
  if (here) return here
  say('No browser is installed: fetching the one that Playwright brings.')
  spawnSync(process.execPath, [join(import.meta.dirname, '../../node_modules/playwright/cli.js'), 'install', 'chromium'], { stdio: 'inherit', timeout: DOWNLOAD_LIMIT_MS })
  const fetched = installedBrowser()
  if (fetched) return fetched
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say("Playwright's could not be fetched: installing Debian's.")
    execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit', timeout: APT_LIMIT_MS })
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { stdio: 'inherit', timeout: APT_LIMIT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    const installed = installedBrowser()
    if (installed) return installed
  }
  throw new Error('There is no browser to test with: install Chromium or Chrome, or name one in RAINY_BROWSER.')
}
