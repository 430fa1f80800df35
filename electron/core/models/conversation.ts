import type { AssistantMessage, ModelMessage, ModelToolCall } from '../../../shared/model.ts'

type ToolMessage = Extract<ModelMessage, { role: 'tool' }>

const LOST_RESULT = 'No result: the call did not run to its end.'
const EMPTY_RESULT = '(empty)'
const GO_ON = 'Go on.'
/** OpenAI takes 40 characters. */
const CALL_ID = /^[a-zA-Z0-9_-]{1,40}$/

const isBlank = (text: string): boolean => text.trim() === ''

/** Gives calls that have none, one that no provider takes, or one that is in use an id of their own. The same input gives the same ids. */
export function uniqueCallIds(calls: readonly ModelToolCall[], taken: Iterable<string>, place: number): ModelToolCall[] {
  const used = new Set(taken)
  return calls.map((call, index) => {
    let id = call.id
    for (let turn = 0; !CALL_ID.test(id) || used.has(id); turn += 1) id = `call_${place}_${index}${turn > 0 ? `_${turn}` : ''}`
    used.add(id)
    return id === call.id ? call : { ...call, id }
  })
}

/** The ids of all calls that a conversation holds. */
export function callIdsOf(messages: readonly ModelMessage[]): string[] {
  return messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : []))
}

/** The calls of one answer, each followed by exactly one result, in their order; and what came as a result of no call. */
function pairUp(message: AssistantMessage, results: readonly ToolMessage[], place: number): { messages: ModelMessage[]; orphans: ToolMessage[] } {
  const left = [...results]
  const calls = uniqueCallIds(message.toolCalls, [], place)
  const paired = calls.map((call, index): ToolMessage => {
    const found = left.findIndex(({ toolCallId }) => toolCallId === message.toolCalls[index]?.id)
    const result = found < 0 ? undefined : left.splice(found, 1)[0]
    if (!result) return { role: 'tool', toolCallId: call.id, name: call.name, content: LOST_RESULT, isError: true }
    return { ...result, toolCallId: call.id, name: call.name, content: isBlank(result.content) ? EMPTY_RESULT : result.content }
  })
  return { messages: [{ ...message, toolCalls: calls }, ...paired], orphans: left }
}

/**
 * Makes of any conversation one that every provider takes: each call has exactly one result, right behind it; ids are unique in
 * their answer; nothing is empty; two messages of the user in a row are one; the last word is not the model's.
 */
export function repairConversation(messages: readonly ModelMessage[]): ModelMessage[] {
  const repaired: ModelMessage[] = []
  const addUser = (text: string): void => {
    if (isBlank(text)) return
    const last = repaired.at(-1)
    if (last?.role === 'user') repaired[repaired.length - 1] = { role: 'user', text: `${last.text}\n\n${text}` }
    else repaired.push({ role: 'user', text })
  }
  for (let index = 0; index < messages.length; ) {
    const message = messages[index] as ModelMessage
    // What follows up to the model's next answer: a result that comes after a user's words still belongs to its call.
    const next = messages.findIndex(({ role }, at) => at > index && role === 'assistant')
    const end = next < 0 ? messages.length : next
    const rest = messages.slice(message.role === 'assistant' ? index + 1 : index, end)
    let orphans = rest.filter((item) => item.role === 'tool')
    if (message.role === 'assistant') {
      if (message.toolCalls.length > 0) {
        const paired = pairUp(message, orphans, index)
        repaired.push(...paired.messages)
        orphans = paired.orphans
      } else if (!isBlank(message.text)) {
        repaired.push(message)
      }
    }
    for (const item of rest) if (item.role === 'user') addUser(item.text)
    for (const orphan of orphans) addUser(`Result of ${orphan.name || 'an earlier call'}: ${orphan.content}`)
    index = end
  }
  if (repaired.length === 0 || repaired.at(-1)?.role === 'assistant') repaired.push({ role: 'user', text: GO_ON })
  return repaired
}
