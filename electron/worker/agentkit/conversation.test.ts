import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelMessage } from '../../../shared/model.ts'
import { createConversation } from './conversation.ts'

const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.record({ role: fc.constant('user' as const), text: fc.string() }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: fc.string(), name: fc.string(), content: fc.string(), isError: fc.boolean() }),
)

test('the hash depends on every message and not on how they were appended', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1 }), fc.nat(), message, (messages, at, other) => {
      const whole = createConversation('c')
      const single = createConversation('c')
      const changed = createConversation('c')
      whole.append(...messages)
      for (const one of messages) single.append(one)
      const index = at % messages.length
      changed.append(...messages.with(index, other))
      expect(single.hash).toBe(whole.hash)
      expect(changed.hash === whole.hash).toBe(JSON.stringify(other) === JSON.stringify(messages[index]))
    }),
  )
})

test('only what the host does not hold travels', () => {
  const conversation = createConversation('c')
  conversation.append({ role: 'user', text: '1' }, { role: 'user', text: '2' })
  conversation.markHeld()
  conversation.append({ role: 'user', text: '3' })
  expect(conversation.delta(false)).toEqual({ base: 2, append: [{ role: 'user', text: '3' }] })
  expect(conversation.delta(true).append).toHaveLength(3)
})
