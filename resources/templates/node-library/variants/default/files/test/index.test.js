import assert from 'node:assert/strict'
import test from 'node:test'
import { {{camel}} } from '../src/index.js'

test('repeats are removed, and of equal items the first stays in its place', () => {
  assert.deepEqual({{camel}}([3, 1, 3, 2, 1]), [3, 1, 2])
  assert.deepEqual({{camel}}([]), [])
})

test('any iterable will do', () => {
  assert.deepEqual({{camel}}('hello'), ['h', 'e', 'l', 'o'])
  assert.deepEqual({{camel}}(new Set([1, 2])), [1, 2])
})

test('a key says what makes two items equal', () => {
  const people = [{ id: 1, name: 'Ada' }, { id: 2, name: 'Alan' }, { id: 1, name: 'Grace' }]
  assert.deepEqual({{camel}}(people, (person) => person.id), [people[0], people[1]])
})

test('NaN equals NaN, and 1 is not "1"', () => {
  assert.deepEqual({{camel}}([NaN, 1, '1', NaN]), [NaN, 1, '1'])
})

test('the list that was given is not changed', () => {
  const items = [1, 1]
  assert.deepEqual({{camel}}(items), [1])
  assert.deepEqual(items, [1, 1])
})

test('what is no list, and what is no key function, is refused', () => {
  assert.throws(() => {{camel}}(null), TypeError)
  assert.throws(() => {{camel}}(7), TypeError)
  assert.throws(() => {{camel}}([1], 'id'), TypeError)
})
