import { reviewAnswerSchema } from '../../../shared/activation.ts'
import { planSchema } from '../../../shared/plan.ts'

/** A planner's or a reviewer's answer is JSON for the workflow; people are told what it says. */
const JSON_AGENTS: ReadonlySet<string> = new Set(['planner', 'reviewer'])

/** The answer as people read it; empty where another event tells of it (a plan). */
export function readableAnswer(agent: string, text: string): string {
  if (!JSON_AGENTS.has(agent)) return text
  const value = parseJson(text)
  if (planSchema.safeParse(value).success) return ''
  const review = reviewAnswerSchema.safeParse(value)
  if (!review.success) return text
  return `${review.data.approved ? 'Approved.' : 'Not approved.'}${review.data.comments === '' ? '' : ` ${review.data.comments}`}`
}

/** Whether what streams in is such an answer: known by its first character, and held back until it is whole. */
export function createTokenGate(agent: string): (text: string) => boolean {
  let start = JSON_AGENTS.has(agent) ? '' : 'text'
  return (text) => {
    if (start === '') start = text.trimStart()
    return start !== '' && !start.startsWith('{') && !start.startsWith('`')
  }
}

function parseJson(text: string): unknown {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)
  try {
    return JSON.parse(fenced?.[1] ?? text)
  } catch {
    return undefined
  }
}
