import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMAND, TASK, approval } from '../../model-server/scripts/approval.ts'
import { calls, inTurns, play } from '../../model-server/scripts/scene.ts'
import { expect, test } from '../app-fixture.ts'
import { startModel } from '../model.ts'
import { windowOf } from '../window-page.ts'

/** How long the model thinks about its second answer: long enough to be killed meanwhile. */
const THOUGHT_MS = 4000

test('a task killed half-way goes on by itself after the next start, and does nothing twice', async ({ openApp, place }) => {
  const slow = play({ terminal: inTurns(calls(['run_command', { command: COMMAND }]), { text: 'It ran, once.', latencyMs: THOUGHT_MS }) })
  await using model = await startModel(slow)
  const first = await openApp({ env: model.env })
  await windowOf(first.page).start(TASK, 'full-auto')
  await expect(windowOf(first.page).progress).toContainText('run_command')
  await expect.poll(() => model.server.calls.length, { timeout: 30_000 }).toBe(2)
  await first.kill()

  const second = await openApp({ env: model.env })
  const window = windowOf(second.page)
  await expect(second.page.getByText(/^Continued 1 task/)).toBeVisible()
  await window.expectStatus('Done')
  await expect(window.progress).toContainText('It ran, once.')
  await expect(window.progress).toContainText('Went on after a restart')
  expect(readFileSync(join(place.workspace, 'ran.txt'), 'utf8')).toBe('ran\n')
  expect(model.server.repeated()).toEqual([])
})

test('a decision is asked in its place, survives a kill, and is given there by one key', async ({ openApp, place }) => {
  await using model = await startModel(approval)
  const first = await openApp({ env: model.env })
  await windowOf(first.page).start(TASK, 'ask')
  await expect(first.page.getByRole('group', { name: 'May this run? run_command' })).toContainText(COMMAND)
  await first.kill()

  const second = await openApp({ env: model.env })
  const window = windowOf(second.page)
  const asked = second.page.getByRole('group', { name: 'May this run? run_command' })
  await expect(asked).toContainText(COMMAND)
  await expect(asked.getByRole('button', { name: /^Allow once/ })).toBeVisible()
  expect(existsSync(join(place.workspace, 'ran.txt'))).toBe(false)
  await second.page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(asked).toBeFocused()
  await second.page.keyboard.press('a')
  await window.expectStatus('Done')
  await expect(window.progress).toContainText('Allowed')
  expect(readFileSync(join(place.workspace, 'ran.txt'), 'utf8')).toBe('ran\n')
})

test('a command that is denied does not run, and the task ends with that', async ({ openApp, place }) => {
  await using model = await startModel(approval)
  const { page } = await openApp({ env: model.env })
  const window = windowOf(page)
  await window.start(TASK, 'ask')
  const asked = page.getByRole('group', { name: 'May this run? run_command' })
  await asked.focus()
  await page.keyboard.press('d')
  await expect(window.progress).toContainText('Denied')
  await expect(asked).toHaveCount(0)
  await window.expectStatus('Done')
  expect(existsSync(join(place.workspace, 'ran.txt'))).toBe(false)
})
