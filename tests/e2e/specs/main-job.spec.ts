import { execFileSync } from 'node:child_process'
import { expect, test } from '../app-fixture.ts'
import { windowOf } from '../window-page.ts'

const TASK = 'create a node library called slugify'

test('a person starts a task, watches it finish, and sees it still there after the process was killed', async ({ openApp, place }) => {
  const first = await openApp()
  const window = windowOf(first.page)
  await window.start(TASK, 'full-auto')
  await window.expectStatus('Done')
  await expect(first.page.getByRole('region', { name: 'Done' })).toBeVisible()
  await expect(first.page.getByRole('complementary', { name: 'Changes' })).toContainText('package.json')
  execFileSync(process.execPath, ['--test'], { cwd: place.workspace })
  await first.kill()

  const second = await openApp()
  const after = windowOf(second.page)
  await expect(after.taskNamed(TASK)).toBeVisible()
  await after.expectStatus('Done')
  await expect(second.page.getByRole('region', { name: 'Done' })).toBeVisible()
  await expect(second.page.getByRole('complementary', { name: 'Changes' })).toContainText('package.json')
})
