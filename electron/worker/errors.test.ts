import { expect, test } from 'vitest'
import { endsInvocation, errorBodyFrom, stepErrorFrom } from './errors.ts'

test('a divergence that the host finds ends the invocation, as one that is found here does', () => {
  expect(endsInvocation(stepErrorFrom({ code: 'RUN_DIVERGED', message: 'other arguments' }))).toBe(true)
  expect(endsInvocation(stepErrorFrom({ code: 'NOT_FOUND', message: 'no such file' }))).toBe(false)
})

test('an error of the host keeps its code and its words', () => {
  expect(errorBodyFrom(stepErrorFrom({ code: 'NOT_FOUND', message: 'no such file' }))).toEqual({ code: 'NOT_FOUND', message: 'no such file' })
})
