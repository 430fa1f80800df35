import type { Locator, Page } from '@playwright/test'
import { expect } from './app-fixture.ts'

/** What a person sees and does in the window, by the roles and names that a screen reader has too. */
export function windowOf(page: Page): {
  composer: Locator
  tasks: Locator
  progress: Locator
  taskNamed(text: string): Locator
  start(task: string, mode?: 'plan' | 'ask' | 'auto-edit' | 'full-auto'): Promise<void>
  expectStatus(word: string, timeout?: number): Promise<void>
} {
  const main = page.getByRole('main')
  return {
    composer: page.locator('#composer'),
    tasks: page.getByRole('listbox', { name: 'Tasks, newest first' }),
    progress: page.getByRole('log', { name: 'Progress' }),
    taskNamed: (text) => page.getByRole('option').filter({ hasText: text }),
    async start(task, mode = 'ask') {
      await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('workers')
      await page.getByRole('button', { name: 'New', exact: true }).click()
      await page.getByRole('combobox', { name: 'Mode', exact: true }).selectOption(mode)
      await page.getByRole('textbox', { name: 'What should be done?' }).fill(task)
      await page.getByRole('textbox', { name: 'What should be done?' }).press('ControlOrMeta+Enter')
      await expect(this.taskNamed(task)).toBeVisible()
    },
    async expectStatus(word, timeout = 60_000) {
      await expect(main.locator('.task-head')).toContainText(word, { timeout })
    },
  }
}
