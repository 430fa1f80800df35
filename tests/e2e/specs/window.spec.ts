import { expect, test } from '../app-fixture.ts'

test('the window opens on the core: its status, the empty list, and one thing to do first', async ({ openApp }) => {
  const { page } = await openApp()
  await expect(page.getByRole('heading', { name: 'Rainy Brain' })).toBeVisible()
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('core')
  await expect(page.getByRole('heading', { name: 'Nothing you start here gets lost' })).toBeVisible()
  await page.getByRole('button', { name: /^Try/ }).click()
  await expect(page.getByRole('textbox', { name: 'What should be done?' })).toHaveValue('create a node library called slugify')
  await expect(page.getByRole('button', { name: /^Start/ })).toBeEnabled()
})

test('a script that somebody gets into the page does not run', async ({ openApp }) => {
  const { page } = await openApp()
  await expect(page.getByRole('heading', { name: 'Rainy Brain' })).toBeVisible()
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    const handler = document.createElement('div')
    handler.innerHTML = '<img src="data:," onerror="window.injected = true">'
    document.body.append(handler)
    await new Promise((resolve) => setTimeout(resolve, 300))
    return 'injected' in window
  })
  expect(ran).toBe(false)
})

test('the page has no Node, no keys and no way to other addresses', async ({ openApp }) => {
  const { page } = await openApp({ env: { OPENAI_API_KEY: 'sk-not-for-the-page' } })
  await expect(page.getByRole('heading', { name: 'Rainy Brain' })).toBeVisible()
  const seen = await page.evaluate(async () => ({
    node: 'require' in window || 'process' in window || 'module' in window,
    elsewhere: await fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused'),
    text: document.documentElement.outerHTML.includes('sk-not-for-the-page'),
  }))
  expect(seen).toMatchObject({ node: false, elsewhere: 'refused', text: false })
})
