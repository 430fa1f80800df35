import { anything, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswer } from './answer.ts'

const read = (status: number, body: unknown, headers: Record<string, string> = {}) => readAnswer({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) })
const op = { id: 'x', displayName: 'x' }

test('each kind of reply is told apart', () => {
  expect([
    read(200, 'null'),
    read(206, [{ ...op, op: 'StepPlanned' }]).type,
    read(500, { name: 'E', message: 'm' }, { 'x-inngest-no-retry': 'false', 'retry-after': '5' }),
    read(400, { name: 'E', message: 'm' }, { 'x-inngest-no-retry': 'true' }),
    read(400, { name: 'StaleDispatchError', message: 'm' }, { 'x-inngest-no-retry': 'true' }),
    read(500, { name: 'RunDivergedError', message: 'm' }),
    read(206, [{ ...op, op: 'StepFailed', error: { name: 'RunDivergedError', message: 'm' } }]),
    read(401, ''),
  ]).toEqual([
    { type: 'complete', output: null },
    'operations',
    { type: 'error', error: { name: 'E', message: 'm' }, final: false, retryAfter: '5' },
    { type: 'error', error: { name: 'E', message: 'm' }, final: true },
    { type: 'stale' },
    { type: 'diverged', message: 'm' },
    { type: 'diverged', message: 'm' },
    { type: 'error', error: { name: 'Error', message: 'The app answered 401.' }, final: false },
  ])
})

test('only the fields that the engine uses are kept of an operation', () => {
  expect(read(206, [{ ...op, op: 'StepRun', rawArgs: [1], promise: {}, opts: { type: 'step.sendEvent', input: [1] } }])).toEqual({
    type: 'operations',
    operations: [{ ...op, op: 'StepRun', data: null, opts: { type: 'step.sendEvent' } }],
  })
})

test('whatever an app answers is read without throwing', () => {
  assert(
    property(constantFrom(200, 201, 206, 400, 401, 409, 500), anything(), (status, body) => {
      let text: string
      try {
        text = JSON.stringify(body) ?? ''
      } catch {
        text = String(body === null)
      }
      expect(['operations', 'complete', 'error']).toContain(readAnswer({ status, headers: {}, body: text }).type)
      expect(readAnswer({ status, headers: {}, body: `${text}}{` }).type).toBe('error')
    }),
  )
})
