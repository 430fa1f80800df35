import { expect, test } from 'vitest'
import { duration, folderName, money, plural, relativeTime, tokens } from './format.ts'

test('times are short and never in the future', () => {
  const now = 1_700_000_000_000
  expect([-5000, 0, 59_000, 60_000, 3_600_000, 90_000_000].map((age) => relativeTime(now - age, now))).toEqual(['now', 'now', 'now', '1 min', '1 h', '1 d'])
  expect([3, 1500, 125_000].map(duration)).toEqual(['3 ms', '1.5 s', '2 min 5 s'])
})

test('money is finer where there is little, and a price that is not known is not nothing', () => {
  expect([null, 0, 0.000_01, 0.0042, 0.31, 12].map(money)).toEqual(['cost unknown', '$0.00', '<$0.0001', '$0.0042', '$0.31', '$12.00'])
})

test('counts are rounded to what one can take in', () => {
  expect([840, 1234, 12_040, 1_400_000].map(tokens)).toEqual(['840 tokens', '1.2 k tokens', '12 k tokens', '1.4 M tokens'])
  expect([plural(1, 'task'), plural(2, 'task'), plural(0, 'entry', 'entries')]).toEqual(['1 task', '2 tasks', '0 entries'])
})

test('a folder is called by its last part, on every system', () => {
  expect(['/home/me/shop', '/home/me/shop/', 'C:\\code\\shop', '/'].map(folderName)).toEqual(['shop', 'shop', 'shop', '/'])
})
