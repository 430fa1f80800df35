import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { electronApp, mainFile } from './app.ts'
import { closeWindows, useBrowser } from './browser-window.ts'
import { startChromium } from './chromium.ts'

// The stand-in for Electron's executable: the app's own main file on Node, and Debian's or whoever's Chromium for its windows.

const argv = process.argv.slice(2)
process.argv = [process.execPath, ...argv]
const electron = new URL('electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) => (specifier === 'electron' ? { url: electron, format: 'module-typescript', shortCircuit: true } : next(specifier, context)),
})

const port = argv.find((argument) => argument.startsWith('--remote-debugging-port='))?.split('=')[1]
const chromium = startChromium(port)
electronApp.closeWindows = closeWindows
electronApp.endBrowser = chromium.end
process.on('exit', chromium.end)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => electronApp.quit())
void chromium.cdp.closed.then(() => electronApp.exit(1))

// Playwright's loader, which takes its own arguments out of argv; without it they are taken out here.
const required = argv.indexOf('-r')
const loader = required === -1 ? undefined : argv[required + 1]
if (loader !== undefined) createRequire(import.meta.url)(loader)
const named = process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.'
const main = mainFile(named)
process.argv = [process.execPath, ...process.argv.slice(process.argv.indexOf(named))]

import(pathToFileURL(main).href).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  electronApp.exit(1)
})
await chromium.cdp.send('Browser.getVersion')
useBrowser(chromium.cdp)
electronApp.becomeReady()
