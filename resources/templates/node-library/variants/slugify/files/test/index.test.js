import assert from 'node:assert/strict'
import test from 'node:test'
import { slugify } from '../src/index.js'

test('words are joined by a dash, in lower case', () => {
  assert.equal(slugify('Hello, World!'), 'hello-world')
  assert.equal(slugify('  --Many   spaces__and/signs--  '), 'many-spaces-and-signs')
})

test('accents are dropped and special letters spelled out', () => {
  assert.equal(slugify('Crème Brûlée à la carte'), 'creme-brulee-a-la-carte')
  assert.equal(slugify('Straße, Łódź, smørrebrød, Æsir'), 'strasse-lodz-smorrebrod-aesir')
  assert.equal(slugify('ﬁne ① Ｗide'), 'fine-1-wide')
})

test('signs that stand for a word become it, and apostrophes vanish', () => {
  assert.equal(slugify('Salt & Pepper'), 'salt-and-pepper')
  assert.equal(slugify('100% you@home'), '100-percent-you-at-home')
  assert.equal(slugify("Don't can’t"), 'dont-cant')
})

test('what has no letters or digits gives an empty slug', () => {
  assert.equal(slugify(''), '')
  assert.equal(slugify('…!?'), '')
  assert.equal(slugify('日本語'), '')
})

test('letters of all scripts can be kept', () => {
  assert.equal(slugify('日本語 Тест', { unicode: true }), '日本語-тест')
  assert.equal(slugify('Cafe\u0301 Noir', { unicode: true }), 'café-noir')
})

test('the separator and the case can be chosen', () => {
  assert.equal(slugify('Hello World', { separator: '_' }), 'hello_world')
  assert.equal(slugify('Hello World', { lowercase: false }), 'Hello-World')
  assert.equal(slugify('a b c', { separator: '' }), 'abc')
})

test('a slug is cut at the end of a word where it can be', () => {
  assert.equal(slugify('one two three', { maxLength: 9 }), 'one-two')
  assert.equal(slugify('one two three', { maxLength: 7 }), 'one-two')
  assert.equal(slugify('extraordinary', { maxLength: 5 }), 'extra')
})

test('a slug made again is the same', () => {
  for (const text of ['Hello, World!', 'Ünïcödé & more', 'a--b']) assert.equal(slugify(slugify(text)), slugify(text))
  assert.equal(slugify(slugify('Ünïcödé & more')), 'unicode-and-more')
})

test('what is no text is refused', () => {
  for (const value of [undefined, null, 7, {}]) assert.throws(() => slugify(value), TypeError)
})
