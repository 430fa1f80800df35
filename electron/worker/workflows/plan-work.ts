import { planAnswerSchema } from '../../../shared/activation.ts'
import type { Plan } from '../../../shared/plan.ts'
import { normalizePlan } from './plan.ts'
import type { Round } from './round.ts'

/** The planner's answer as a plan that can be carried out, recorded. */
export async function planWork(round: Round, phase: 'plan' | 'plan-structure', options: { commitFollows: boolean }): Promise<Plan> {
  await round.announce('Planning', 'planner')
  const { value } = await round.activate('planner', { phase }, { answer: planAnswerSchema })
  const plan = normalizePlan(value, round.request.text, options)
  await round.durable.effect('record-plan', 'record-plan', { plan })
  return plan
}

/** A plan as an answer, where nothing may be changed. */
export function renderPlan(plan: Plan): string {
  return plan.steps.map((step, index) => `${index + 1}. ${step.title}${step.files.length > 0 ? ` (${step.files.join(', ')})` : ''}`).join('\n')
}
