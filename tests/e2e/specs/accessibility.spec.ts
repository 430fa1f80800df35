import { accessibilityFaults } from '../accessibility.ts'
import { expect, test } from '../app-fixture.ts'
import { windowOf } from '../window-page.ts'

for (const colorScheme of ['dark', 'light'] as const) {
  test(`everything has a role, a name and enough contrast (${colorScheme})`, async ({ openApp }) => {
    const { page } = await openApp()
    await page.emulateMedia({ colorScheme })
    const window = windowOf(page)
    await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('workers')
    expect(await accessibilityFaults(page)).toEqual([])

    await window.start('explain what is here')
    await expect(window.progress).toContainText('explain what is here')
    expect(await accessibilityFaults(page)).toEqual([])

    await page.keyboard.press('ControlOrMeta+k')
    await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.keyboard.press('ControlOrMeta+4')
    await expect(page.getByRole('region', { name: 'Terminal' })).toBeVisible()
    expect(await accessibilityFaults(page)).toEqual([])
  })
}

test('in a narrow window the side panels lie over the centre, one at a time, and Escape puts them away', async ({ openApp }) => {
  const { page } = await openApp()
  await page.setViewportSize({ width: 800, height: 900 })
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('workers')
  const tasks = page.getByRole('navigation', { name: 'Tasks' })
  const changes = page.getByRole('complementary', { name: 'Changes' })
  await expect(tasks).toBeHidden()
  await page.getByRole('button', { name: 'Task list' }).click()
  await expect(tasks).toBeVisible()
  await page.getByRole('button', { name: 'Changes' }).click()
  await expect(changes).toBeVisible()
  await expect(tasks).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(changes).toBeHidden()
})
