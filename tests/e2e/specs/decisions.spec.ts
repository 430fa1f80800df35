import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMAND, TASK, approval } from '../../model-server/scripts/approval.ts'
import { calls, inTurns, play } from '../../model-server/scripts/scene.ts'
import { expect, test } from '../app-fixture.ts'
import { startModel } from '../model.ts'
import { windowOf } from '../window-page.ts'

/** Says that it began, then stays until it is killed with its app: nobody sees its end. */
const ENDLESS = `${COMMAND} && sleep 600`

test('a command that was cut off is put to the person, and what they mark as done is not run again', async ({ openApp, place }) => {
  await using model = await startModel(play({ terminal: inTurns(calls(['run_command', { command: ENDLESS }]), { text: 'It is done.' }) }))
  const first = await openApp({ env: model.env })
  await windowOf(first.page).start(`run ${ENDLESS}`, 'ask')
  await first.page.getByRole('group', { name: /^May this run/ }).getByRole('button', { name: /^Allow once/ }).click()
  const ran = (): string => readFileSync(join(place.workspace, 'ran.txt'), { encoding: 'utf8', flag: 'a+' })
  await expect.poll(ran).toBe('ran\n')
  await first.kill()

  const { page } = await openApp({ env: model.env })
  const doubt = page.getByRole('group', { name: /^This was cut off/ })
  await expect(doubt).toContainText(ENDLESS)
  await expect(doubt.getByRole('button')).toHaveText(['Run again', 'Skip', 'Mark done'])
  await page.getByRole('status', { name: /^A command was cut off/ }).getByRole('button', { name: 'Show' }).click()
  await expect(doubt).toBeFocused()
  const markDone = doubt.getByRole('button', { name: 'Mark done' })
  await expect(async () => {
    await page.keyboard.press('Tab')
    await expect(markDone).toBeFocused({ timeout: 100 })
  }).toPass()
  await page.keyboard.press('Enter')
  const window = windowOf(page)
  await window.expectStatus('Done')
  await expect(window.progress).toContainText('Marked done')
  expect(ran()).toBe('ran\n')
})

test('a folder that is chosen is not trusted until the person says so, and a task then works in it', async ({ openApp, place }) => {
  await using model = await startModel(approval)
  const other = join(place.workspace, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'notes.txt'), 'somebody was here\n')
  const app = await openApp({ env: model.env })
  const { page } = app
  const window = windowOf(page)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('workers')
  await app.chooseFolder(other)
  await expect(page.getByRole('button', { name: /^other.*change folder$/ })).toBeVisible()
  await expect(page.getByText('This folder is not trusted')).toBeVisible()

  await page.getByRole('button', { name: 'Trust…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Trust this folder?' })
  await expect(dialog).toContainText(other)
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Trust…' })).toBeFocused()

  await window.start(TASK, 'full-auto')
  await page.getByRole('group', { name: /^Trust this folder/ }).getByRole('button', { name: /^Trust/ }).click()
  await window.expectStatus('Done')
  expect(readFileSync(join(other, 'ran.txt'), 'utf8')).toBe('ran\n')
  await expect(page.getByText('This folder is not trusted')).toBeHidden()
})

test('what the person says stands in the conversation, and the mode that is chosen holds', async ({ openApp, place }) => {
  await using model = await startModel(approval)
  const { page } = await openApp({ env: model.env })
  const window = windowOf(page)
  await window.start(TASK, 'ask')
  const asked = page.getByRole('group', { name: 'May this run? run_command' })
  await asked.getByRole('button', { name: /^Deny/ }).click()
  await window.expectStatus('Done')

  await page.getByRole('combobox', { name: 'Mode', exact: true }).selectOption('full-auto')
  await window.composer.fill(`Please ${TASK}`)
  await window.composer.press('ControlOrMeta+Enter')
  await expect(page.getByRole('article', { name: 'You said' })).toHaveText([/run echo/, /Please run echo/])
  await expect.poll(() => readFileSync(join(place.workspace, 'ran.txt'), { encoding: 'utf8', flag: 'a+' })).toBe('ran\n')
  await window.expectStatus('Done')
  await expect(asked).toHaveCount(0)
})
