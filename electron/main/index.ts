import { app, dialog, Menu } from 'electron'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RainyError, toErrorBody } from '../../shared/errors.ts'
import { openSession } from '../core/client/session.ts'
import type { Session } from '../core/client/types.ts'
import { dataPaths } from '../core/platform/paths.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { serveWindows } from './channel.ts'
import { registerScheme, serveRenderer } from './scheme.ts'
import { serveShell } from './shell.ts'
import { openWindow } from './window.ts'

const out = (path: string): URL => new URL(`../${path}`, import.meta.url)
const paths = dataPaths(undefined, process.env)
const icon = fileURLToPath(out('../resources/icon.png'))

app.setName('Rainy Brain')
// The window's own state (its looks, its cache) lies beside the data, so that another data folder is another app altogether.
app.setPath('userData', join(paths.dir, 'window'))
app.enableSandbox()
registerScheme()

const session = startSession()
session.catch(refuse)
await app.whenReady()
if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
serveRenderer(fileURLToPath(out('renderer/')))
serveShell()
serveWindows(session.then(({ api }) => api))
openWindow({ preload: fileURLToPath(out('preload/index.cjs')), icon })

app.on('activate', (_event, hasWindows) => {
  if (!hasWindows) openWindow({ preload: fileURLToPath(out('preload/index.cjs')), icon })
})
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
let left = false
app.on('before-quit', (event) => {
  if (left) return
  event.preventDefault()
  // What runs stops where it is and goes on at the next start.
  void session
    .then((open) => open.close({ now: true }))
    .catch(() => undefined) // It never came up: that has been told.
    .finally(() => {
      left = true
      app.quit()
    })
})

/** This process becomes the owner of the data, or speaks to the one that is. */
async function startSession(): Promise<Session> {
  const { loadConfig } = await import('../core/config/load-config.ts')
  return openSession({
    keyEnvNames: loadConfig({ paths, env: process.env }).providers.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
    paths,
    env: process.env,
    need: 'drive',
    kind: 'app',
    version: packageJson.version,
    files: { worker: new URL('worker.js', import.meta.url), toolThread: new URL('tool-thread.js', import.meta.url), resources: out('../resources/') },
    workspace: startFolder(),
    createCore: async (start) => (await import('../core/create-core.ts')).createCore(start),
    createReader: () => {
      throw new RainyError('INTERNAL', 'The app drives tasks and never reads without an owner.')
    },
    onNotice: (message) => void dialog.showMessageBox({ type: 'warning', message }),
  })
}

/** Where the app was started; from a launcher that is nowhere of the person's. */
function startFolder(): string {
  const dir = process.env['RAINY_WORKSPACE'] ?? process.cwd()
  return dir === '/' ? homedir() : dir
}

function refuse(error: unknown): void {
  const { code, message } = toErrorBody(error)
  dialog.showErrorBox('Rainy Brain cannot start', `${message}\n\n${code}`)
  app.exit(2)
}
