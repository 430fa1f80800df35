import type { Order } from '../orders.ts'
import { failureOf } from '../results.ts'
import type { Procedure, Surroundings } from '../types.ts'
import { ABILITIES, fenced, PROVIDER_HINT } from '../words.ts'

const ANSWERS: Record<Extract<Order, { kind: 'small-talk' }>['about'], string> = {
  hi: 'Hi! I am Rainy Brain’s built-in model: rules, not an LLM. What shall I do?',
  thanks: 'You are welcome.',
  bye: 'Goodbye. All that was done is on disk.',
  self: `I am Rainy Brain’s built-in model: a set of rules that needs no key and no network, and not an LLM. ${ABILITIES} ${PROVIDER_HINT}`,
}

export function smallTalk(about: keyof typeof ANSWERS): string {
  return ANSWERS[about]
}

export function* createFile(path: string, content: string): Procedure {
  const [result] = yield { text: `I create ${path}.`, calls: [{ name: 'create_file', args: { path, content } }] }
  const why = failureOf(result)
  return why === undefined ? { ok: true, text: `I created ${path}.` } : { ok: false, text: `I could not create ${path}: ${why}` }
}

export function* listFiles(path: string | undefined): Procedure {
  const [result] = yield { text: 'I look at the files.', calls: [{ name: 'read_directory_tree', args: path === undefined ? {} : { path } }] }
  const why = failureOf(result)
  return why === undefined ? { ok: true, text: fenced(result?.content ?? '') } : { ok: false, text: `I could not list ${path ?? 'the files'}: ${why}` }
}

export function* showChanges({ tools }: Surroundings): Procedure {
  const calls = ['git_status', 'git_diff'].filter((name) => tools.has(name)).map((name) => ({ name, args: {} }))
  if (calls.length === 0) return { ok: false, text: 'I have no git tools here.' }
  const results = yield { text: 'I look at what changed.', calls }
  const why = failureOf(results[0])
  if (why !== undefined) return { ok: false, text: `I could not see what changed: ${why}` }
  const shown = results.map(({ content }) => content).filter((content) => content.trim() !== '')
  return { ok: true, text: shown.length === 0 ? 'Nothing has changed.' : shown.map(fenced).join('\n') }
}
