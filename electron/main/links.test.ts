import { expect, test, vi } from 'vitest'
import { openLink } from './links.ts'
import { APP_ORIGIN, fileOf } from './scheme.ts'

const opened = vi.hoisted(() => [] as string[])
vi.mock('electron', () => ({ shell: { openExternal: async (url: string) => {
      if (url.includes('nobody')) throw new Error('nothing opens this')
      opened.push(url)
    } }, protocol: {} }))

test('only web addresses pass the gate for links', async () => {
  const refused = ['javascript:alert(1)', 'file:///etc/passwd', 'ssh://host', 'https://user:secret@example.com/', 'not an address', '', 7, null, `https://example.com/${'x'.repeat(5000)}`]
  for (const url of refused) expect(await openLink(url)).toBe(false)
  expect(await openLink('https://example.com/a?b#c')).toBe(true)
  expect(await openLink('https://nobody.example/')).toBe(false)
  expect(opened).toEqual(['https://example.com/a?b#c'])
})

test("the app's scheme serves its own folder and nothing beside it", () => {
  const at = (address: string): string | undefined => fileOf('/app/renderer/', new URL(address))
  expect(at(`${APP_ORIGIN}/assets/index.js`)).toBe('/app/renderer/assets/index.js')
  expect(at(`${APP_ORIGIN}/%E0%A4%A`)).toBe('/app/renderer/%E0%A4%A')
  expect([`${APP_ORIGIN}/%2e%2e%2fmain/index.js`, `${APP_ORIGIN}/..%2f..%2fetc/passwd`, 'app://elsewhere/index.html', 'https://rainy/index.html'].map(at)).toEqual([undefined, undefined, undefined, undefined])
})
