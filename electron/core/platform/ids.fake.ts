import type { Ids } from './ids.ts'

export function createFakeIds(): Ids {
  let count = 0
  return {
    ulid: () => `01HZZZZZZZ${String((count += 1)).padStart(16, '0')}`,
    short: () => `id${String((count += 1)).padStart(10, '0')}`,
  }
}
