import { LRUCache } from 'lru-cache'
import type { ModelMessage } from '../../../shared/model.ts'

const CONVERSATION_LIMIT = 200

/**
 * The conversations whose beginning the host holds, so that each turn sends only what is new. A cache and nothing more: what is
 * not here any longer is asked for again.
 */
export interface Conversations {
  /** The whole conversation after `append` was put behind its first `base` messages; undefined where those are not held. */
  extend(key: string, base: number, append: readonly ModelMessage[]): readonly ModelMessage[] | undefined
}

export function createConversations(): Conversations {
  const held = new LRUCache<string, ModelMessage[]>({ max: CONVERSATION_LIMIT })
  return {
    extend(key, base, append) {
      const messages = held.get(key) ?? []
      if (messages.length < base) return undefined
      // A worker that died takes its conversation up from an earlier turn: what came after is said again.
      messages.length = base
      messages.push(...append)
      held.set(key, messages)
      return messages
    },
  }
}
