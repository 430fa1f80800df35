import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { blocks, RichText } from './RichText.tsx'

const render = (text: string): string => renderToStaticMarkup(createElement(RichText, { text, onLink: () => undefined }))

test('a fence that was not closed yet is code already: text that streams does not jump', () => {
  expect(blocks('before\n```ts\nconst a = 1\n')).toEqual([
    { code: false, lang: '', text: 'before' },
    { code: true, lang: 'ts', text: 'const a = 1\n' },
  ])
})

test('what a model writes is text: no tag and no other scheme comes alive', () => {
  const html = render('<img src=x onerror=alert(1)> [x](javascript:alert(1)) `<b>` javascript:alert(1)')
  expect(html).not.toContain('<img')
  expect(html).not.toContain('<b>')
  expect(html).not.toContain('href')
})

test('a web address is a link without the point that ends its sentence', () => {
  expect(render('See https://example.com/a.')).toContain('<a href="https://example.com/a">https://example.com/a</a>.')
})
