import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { _electron } from 'playwright'
import { appEnv } from './app-env.ts'
import type { AppPlace, RunningApp } from './app-fixture.ts'

const ROOT = join(import.meta.dirname, '../..')
const STAND_IN = join(ROOT, 'tests/electron-host')

/** Electron itself where its binary is here; else the stand-in. `process.env` is where the `electron` package looks. */
function chooseHost(): void {
  const electron = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const canRun = existsSync(join(electron, 'path.txt')) && (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
  if (!canRun) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = STAND_IN
}

export async function openOnDesktop(place: AppPlace, env: Record<string, string>): Promise<RunningApp> {
  chooseHost()
  const app = await _electron.launch({ args: [ROOT], cwd: place.workspace, env: appEnv(place, env) })
  const page = await app.firstWindow()
  let over = false
  return {
    page,
    async chooseFolder(dir) {
      // The system's own dialog cannot be driven: it answers at once, here and in Electron alike.
      await app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
      }, dir)
      await page.getByRole('button', { name: /change folder$/ }).click()
    },
    async kill() {
      over = true
      const ended = new Promise((resolve) => app.process().once('exit', resolve))
      app.process().kill('SIGKILL')
      await ended
    },
    async close() {
      if (!over) await app.close()
      over = true
    },
  }
}
