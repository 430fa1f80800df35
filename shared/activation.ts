import { z } from 'zod'
import { roundDigestSchema } from './brain-events.ts'
import { handoffSchema, planSchema } from './plan.ts'

/** What an agent is woken for. */
export const phaseSchema = z.enum([
  'plan',
  'plan-structure',
  'create-files',
  'configure',
  'execute-step',
  'validate',
  'fix',
  'review',
  'commit',
  'generate-docs',
  'answer',
])
export type Phase = z.infer<typeof phaseSchema>

/** What checks and the reviewer found, as the fixing agent is told of it. */
export const findingsSchema = z.object({
  /** Failed tests, at most {@link FINDINGS_LIMIT}. */
  tests: z.array(z.string()).default([]),
  /** Errors of compilers and linters, at most {@link FINDINGS_LIMIT}. */
  diagnostics: z.array(z.string()).default([]),
  review: z.string().default(''),
})
export type Findings = z.infer<typeof findingsSchema>

export const FINDINGS_LIMIT = 20

/** The first user message of an agent's conversation, as data. */
export const activationSchema = z.object({
  phase: phaseSchema,
  /** The user's own words of this round, whole. */
  task: z.string(),
  /** The title of the plan step that is to be done; one line. */
  step: z.string().optional(),
  /** Workspace-relative files: what the step claims, what was changed (review), or what the user attached (answer). */
  files: z.array(z.string()).optional(),
  handoff: handoffSchema.optional(),
  findings: findingsSchema.optional(),
  /** Earlier rounds of the conversation, oldest first. */
  history: z.array(roundDigestSchema).optional(),
})
export type Activation = z.infer<typeof activationSchema>

/** What the planner answers to `plan` and `plan-structure`: one JSON object, alone or in a fenced block. */
export const planAnswerSchema = planSchema

/** What the reviewer answers to `review`: one JSON object, alone or in a fenced block. */
export const reviewAnswerSchema = z.object({ approved: z.boolean(), comments: z.string().default('') })
export type ReviewAnswer = z.infer<typeof reviewAnswerSchema>

const JSON_LINES = { Files: 'files', Handoff: 'handoff', Findings: 'findings', History: 'history' } as const
const TASK_LINE = 'Task: '

/**
 * Lines `Phase: `, `Step: ` and one-line JSON values, absent ones left out; `Task: ` comes last and runs to the end of the
 * text, so that what the user wrote stands there as it is.
 */
export function renderActivation(activation: Activation): string {
  const lines = [`Phase: ${activation.phase}`]
  if (activation.step !== undefined) lines.push(`Step: ${oneLine(activation.step)}`)
  for (const [label, key] of Object.entries(JSON_LINES)) {
    const value = activation[key as (typeof JSON_LINES)[keyof typeof JSON_LINES]]
    if (value !== undefined) lines.push(`${label}: ${JSON.stringify(value)}`)
  }
  lines.push(`${TASK_LINE}${activation.task}`)
  return lines.join('\n')
}

/** The inverse; undefined for a text that is no activation (steering, a continuation, a user's message). */
export function parseActivation(text: string): Activation | undefined {
  if (!text.startsWith('Phase: ')) return undefined
  const raw: Record<string, unknown> = {}
  let at = 0
  while (at < text.length) {
    if (text.startsWith(TASK_LINE, at)) {
      raw['task'] = text.slice(at + TASK_LINE.length)
      break
    }
    const end = text.indexOf('\n', at)
    if (end < 0) return undefined
    const [, label = '', value = ''] = /^([A-Z][a-z]+): (.*)$/s.exec(text.slice(at, end)) ?? []
    if (label === 'Phase') raw['phase'] = value
    else if (label === 'Step') raw['step'] = value
    else if (label in JSON_LINES) {
      try {
        raw[JSON_LINES[label as keyof typeof JSON_LINES]] = JSON.parse(value)
      } catch {
        return undefined
      }
    } else return undefined
    at = end + 1
  }
  const parsed = activationSchema.safeParse(raw)
  return parsed.success ? parsed.data : undefined
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
