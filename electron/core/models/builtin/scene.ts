import { parseActivation, type Activation } from '../../../../shared/activation.ts'
import type { ModelMessage } from '../../../../shared/model.ts'
import type { ToolResult } from './types.ts'

/** Where an agent's conversation stands. */
export interface Scene {
  activation: Activation
  /** The results of each answer that asked for tools, since the agent was woken or last spoken to. */
  turns: ToolResult[][]
  /** What the user said meanwhile, in order. */
  steering: string[]
}

/** What the agents' own turn loop says to keep a conversation going: nothing that was asked for. */
const NUDGES = /^(?:You have used your turns|Your answer was cut off|That is not the JSON object|Go on\.$)/

function turnsFrom(messages: readonly ModelMessage[]): ToolResult[][] {
  const turns: ToolResult[][] = []
  for (const message of messages) {
    if (message.role === 'assistant' && message.toolCalls.length > 0) turns.push([])
    else if (message.role === 'tool') turns.at(-1)?.push(message)
  }
  return turns
}

/** A user's words after a last word of the agent's are a new matter; what comes while it works is steering. */
export function readScene(messages: readonly ModelMessage[]): Scene {
  const isTask = (message: ModelMessage): boolean => message.role === 'user' && !NUDGES.test(message.text)
  const opening = messages.findLastIndex((message) => message.role === 'user' && parseActivation(message.text) !== undefined)
  const lastWord = messages.findLastIndex((message, at) => at > opening && message.role === 'assistant' && message.toolCalls.length === 0)
  const followUp = lastWord < 0 ? -1 : messages.findIndex((message, at) => at > lastWord && isTask(message))
  const start = followUp >= 0 ? followUp : Math.max(opening, 0)
  const first = messages[start]
  const text = first?.role === 'user' ? first.text : ''
  const after = messages.slice(start + 1)
  return {
    activation: parseActivation(text) ?? { phase: 'answer', task: text },
    turns: turnsFrom(after),
    steering: after.flatMap((message) => (message.role === 'user' && isTask(message) ? [message.text] : [])),
  }
}
