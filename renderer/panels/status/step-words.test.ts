import { expect, test } from 'vitest'
import { stepWords } from './step-words.ts'

test.each([
  ['1-coder-execute-step/4/tools', 'coder, turn 4'],
  ['2-terminal-execute-step/1/tools/wait/j63cfk3jn274', 'terminal, turn 1'],
  ['finish-round', 'finish-round'],
])('%s is said as %s', (step, words) => {
  expect(stepWords(step)).toBe(words)
})
