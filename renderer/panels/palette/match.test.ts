import { expect, test } from 'vitest'
import { matchCommands, SHOWN_COMMANDS } from './match.ts'
import type { Command } from './match.ts'

const commands = ['New task', 'Stop this task', 'Terminal', 'Task list'].map((name): Command => ({ id: name, name, group: '', run: () => undefined }))
const names = (query: string): string[] => matchCommands(commands, query).map(({ name }) => name)

test('names that begin with the word stand first, then those where a word does', () => {
  expect(names('task')).toEqual(['Task list', 'New task', 'Stop this task'])
})

test('every word must occur; case does not matter', () => {
  expect(names('TASK stop')).toEqual(['Stop this task'])
  expect(names('zzz')).toEqual([])
})

test('nothing typed shows all, but no more than fit', () => {
  expect(names('')).toHaveLength(4)
  expect(matchCommands(Array.from({ length: 900 }, (_, id): Command => ({ id: `${id}`, name: `x ${id}`, group: '', run: () => undefined })), 'x')).toHaveLength(SHOWN_COMMANDS)
})
