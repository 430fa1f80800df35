import { calls, json, play, type Act } from '../../model-server/scripts/scene.ts'

export const TASK = 'Add a file notes.txt with the words that I say next.'
export const SAID = 'The words are: durable to the end.'
export const EXPECTED: Record<string, string> = { 'a.txt': 'a\n', 'notes.txt': 'durable to the end\n' }

/** Looks around until the words come, then writes them. */
const write: Act = ({ request: { messages } }) => {
  const heard = messages.findIndex((message) => message.role === 'user' && message.text === SAID)
  if (heard < 0) return calls(['read_file', { path: 'a.txt' }])
  const hasWritten = messages.slice(heard).some(({ role }) => role === 'tool')
  return hasWritten ? { text: 'Written.' } : calls(['write_file', { path: 'notes.txt', content: EXPECTED['notes.txt'] }])
}

export const steered = play({ coder: write, reviewer: () => json({ approved: true, comments: 'These are the words.' }) })
