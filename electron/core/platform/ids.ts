import { randomBytes } from 'node:crypto'
import { ulid } from 'ulid'

/** Where identifiers come from: a port, so that tests can foresee them. */
export interface Ids {
  /** Sortable by time: runs, events, queue items. */
  ulid(): string
  /** Random from its first letter, so that a beginning of it can be typed: tasks, approvals, terminals. */
  short(): string
}

// No vowels and nothing that looks like something else.
const LETTERS = 'bcdfghjkmnpqrstvwxz23456789'
const SHORT_LENGTH = 12

export const systemIds: Ids = {
  ulid: () => ulid(),
  short: () => Array.from(randomBytes(SHORT_LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join(''),
}
