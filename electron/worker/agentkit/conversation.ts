import { hash } from 'node:crypto'
import { canonicalJson } from '../../../shared/json.ts'
import type { ModelMessage } from '../../../shared/model.ts'

/**
 * A conversation that grows at its end.
 *
 * Invariants:
 * 1. `hash` depends on all messages and costs only the new ones: each append chains it.
 * 2. `held` is how many messages the host has seen; only what follows travels.
 */
export interface Conversation {
  readonly id: string
  readonly hash: string
  readonly held: number
  append(...messages: ModelMessage[]): void
  /** The host now holds all that is here. */
  markHeld(): void
  /** What the host does not hold, or everything. */
  delta(whole: boolean): { base: number; append: ModelMessage[] }
}

export function createConversation(id: string): Conversation {
  const messages: ModelMessage[] = []
  let chained = hash('sha256', id, 'hex')
  let held = 0
  return {
    id,
    get hash() {
      return chained
    },
    get held() {
      return held
    },
    append(...added) {
      for (const message of added) {
        messages.push(message)
        chained = hash('sha256', chained + canonicalJson(message), 'hex')
      }
    },
    markHeld() {
      held = messages.length
    },
    delta: (whole) => (whole ? { base: 0, append: messages.slice() } : { base: held, append: messages.slice(held) }),
  }
}
