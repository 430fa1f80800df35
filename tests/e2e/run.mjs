// `npm run test:e2e`: finds a browser, then runs every spec in both hosts. No browser is a failure, never a skip.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findBrowser } from './find-browser.ts'

const root = join(import.meta.dirname, '../..')
if (!existsSync(join(root, 'out/main/index.js'))) {
  process.stderr.write('Not built yet: run `npm run build` first.\n')
  process.exit(2)
}
const env = { ...process.env, RAINY_BROWSER: findBrowser() }
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/@playwright/test/cli.js'), 'test', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env })
// The last line says how it ended, however much of the list has scrolled away.
process.stderr.write(status === 0 ? '\nEnd-to-end tests: all passed.\n' : `\nEnd-to-end tests: FAILED (status ${status ?? 'none, a signal ended them'}). The failures stand above; traces of the pages in test-results/.\n`)
process.exit(status ?? 1)
