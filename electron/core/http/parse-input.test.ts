import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { OPERATIONS, STREAMS, type OperationName, type StreamName } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { parseOperation, parseStream } from './parse-input.ts'

/** Inputs that are nearly right are found more often than by chance. */
const FIELDS = ['taskId', 'task', 'workspace', 'files', 'options', 'text', 'approvalId', 'decision', 'always', 'call', 'dir', 'trusted', 'limit', 'after', '__proto__', 'constructor']
const input = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.anything())))

test('any input of any operation or stream is taken, or is BAD_REQUEST in words', () => {
  const names = [...Object.keys(OPERATIONS), ...Object.keys(STREAMS)]
  fc.assert(
    fc.property(fc.constantFrom(...names), input, (name, value) => {
      expect(refusal(name, value)).toMatch(/^(?:taken|BAD_REQUEST: .+)/)
    }),
    { numRuns: 2000 },
  )
})

test('an id of the caller’s own must be one', () => {
  const start = (taskId: string): unknown => parseOperation('tasks.start', { taskId, task: 'x', workspace: '/w' })
  expect(start('bcdfghjk2345')).toMatchObject({ taskId: 'bcdfghjk2345' })
  for (const wrong of ['', 'bcd', '../../etc/pwd', 'BCDFGHJK2345', 'bcdfghjk23456']) expect(() => start(wrong)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
})

function refusal(name: string, value: unknown): string {
  try {
    if (name in OPERATIONS) parseOperation(name as OperationName, value)
    else parseStream(name as StreamName, value)
    return 'taken'
  } catch (error) {
    return error instanceof RainyError ? `${error.code}: ${error.message}` : `not ours: ${String(error)}`
  }
}
