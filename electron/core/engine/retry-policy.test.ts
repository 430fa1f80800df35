import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { deadlineOf } from './durations.ts'
import { retryAt } from './retry-policy.ts'

const NOW = 1_700_000_000_000

test('attempts wait longer and longer, up to two hours and half a minute', () => {
  const waits = Array.from({ length: 14 }, (_, attempt) => retryAt({ runId: 'r', attempt, now: NOW }) - NOW)
  const table = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200, 7200, 7200, 7200]
  expect(waits.map((wait, index) => wait >= (table[index] ?? 0) * 1000 && wait <= (table[index] ?? 0) * 1000 + 30_000)).toEqual(table.map(() => true))
})

test('Retry-After is taken as seconds or as a date, between a second and a day', () => {
  const wait = (retryAfter: string): number => retryAt({ runId: 'r', attempt: 0, now: NOW, retryAfter }) - NOW
  expect([wait('0'), wait('90'), wait('9999999'), wait(new Date(NOW + 5000).toISOString()), wait(new Date(NOW - 5000).toISOString())]).toEqual([1000, 90_000, 86_400_000, 5000, 1000])
})

test('a Retry-After that is neither is passed over for the table', () => {
  expect(retryAt({ runId: 'r', attempt: 0, now: NOW, retryAfter: 'soon' })).toBe(retryAt({ runId: 'r', attempt: 0, now: NOW }))
})

test('durations of the protocol are summed, dates are kept, the empty one is now', () => {
  expect([deadlineOf('1m30s', NOW), deadlineOf('52w1d6h', NOW), deadlineOf('', NOW), deadlineOf('2026-01-01T00:00:00Z', NOW), deadlineOf('soon', NOW), deadlineOf('1 m', NOW)]).toEqual([
    NOW + 90_000,
    NOW + 52 * 604_800_000 + 86_400_000 + 6 * 3_600_000,
    NOW,
    Date.UTC(2026, 0, 1),
    undefined,
    undefined,
  ])
})

test('any duration of units is read as it was written', () => {
  assert(
    property(integer({ min: 0, max: 500 }), integer({ min: 0, max: 500 }), integer({ min: 0, max: 500 }), (hours, minutes, seconds) => {
      expect(deadlineOf(`${hours}h${minutes}m${seconds}s`, NOW)).toBe(NOW + ((hours * 60 + minutes) * 60 + seconds) * 1000)
    }),
  )
})
