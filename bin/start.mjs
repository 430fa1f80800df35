#!/usr/bin/env node
// `npm start`: the desktop window where Electron can run; where it cannot, why not, and the same app served to a browser.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FETCH_LIMIT_MS = 30_000
const root = fileURLToPath(new URL('..', import.meta.url))
const electronDir = findElectron()

if (!existsSync(join(root, 'out/main/index.js'))) {
  process.stderr.write('rainy: not built yet; run `npm run build` first\n')
  process.exit(2)
}
const obstacle = noDisplay() ?? noBinary()
if (obstacle === undefined) {
  hand(binary(), [root, ...process.argv.slice(2)])
} else {
  process.stderr.write(`The desktop window cannot open: ${obstacle}. Serving the app to a browser instead.\n`)
  hand(process.execPath, [join(root, 'bin/rainy.mjs'), 'serve', '--ui', ...process.argv.slice(2)])
}

function findElectron() {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return undefined
  }
}

/** Asked first: without a display the binary would be of no use, and is not fetched. */
function noDisplay() {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] || standIn()) return undefined
  return 'there is no display'
}

function noBinary() {
  if (electronDir === undefined) return 'the package `electron` is not installed'
  if (existsSync(binary() ?? '')) return undefined
  if (process.env['ELECTRON_SKIP_BINARY_DOWNLOAD']) return "Electron's binary is not here, and fetching it is switched off"
  process.stderr.write("Fetching Electron's binary, once…\n")
  const { status } = spawnSync(process.execPath, [join(electronDir, 'install.js')], { stdio: 'ignore', timeout: FETCH_LIMIT_MS })
  return status === 0 && existsSync(binary() ?? '') ? undefined : "Electron's binary cannot be fetched"
}

function standIn() {
  return process.env['ELECTRON_OVERRIDE_DIST_PATH']
}

/** Where the package's own index.js would find it; that one would begin a download by itself. */
function binary() {
  const named = join(electronDir, 'path.txt')
  const executable = existsSync(named) ? readFileSync(named, 'utf8') : undefined
  if (standIn()) return join(standIn(), executable ?? 'electron')
  return executable === undefined ? undefined : join(electronDir, 'dist', executable)
}

/** Becomes that program, as far as Node can: its output, its signals, its exit status. */
function hand(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`rainy: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}
