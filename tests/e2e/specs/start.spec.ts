import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { appEnv } from '../app-env.ts'
import { expect, test } from '../app-fixture.ts'

const START = join(import.meta.dirname, '../../../bin/start.mjs')

function collect(child: ChildProcess): { text(): string; ended: Promise<number | null> } {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()))
  return { text: () => text, ended: new Promise((resolve) => child.once('exit', resolve)) }
}

test('npm start without Electron says why in one line, and prints the address of the same app', async ({ place, page }) => {
  // A folder without the binary, and no fetching: as on a machine that has neither.
  const env = appEnv(place, { ELECTRON_OVERRIDE_DIST_PATH: place.temp, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' })
  const child = spawn(process.execPath, [START], { cwd: place.workspace, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = collect(child)
  await expect.poll(said.text, { timeout: 30_000 }).toMatch(/^The desktop window cannot open: .+\. Serving the app to a browser instead\.$/m)
  await expect.poll(said.text, { timeout: 30_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#code=\S+/)
  const address = /http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]+/.exec(said.text())?.[0] ?? ''
  await page.goto(address)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('workers')
  expect(page.url()).not.toContain('code=')

  await page.evaluate(() => sessionStorage.clear())
  await page.goto('about:blank')
  await page.goto(address)
  await expect(page.getByText(/code/).first()).toBeVisible()
  child.kill('SIGTERM')
  await said.ended
})
