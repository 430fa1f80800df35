import type { TaskStatus } from '../../../shared/tasks.ts'
import type { TaskProgress } from './items.ts'

export type PlanState = 'done' | 'running' | 'stopped' | 'waiting'

/**
 * How far each step of the plan is. A step that was named as begun is done when one that depends on it has begun, or when the
 * task's own count has passed it; without names the count alone tells. Nothing runs in a task that does not.
 */
export function planStates(progress: TaskProgress, status: TaskStatus | undefined): PlanState[] {
  const { plan, begun, step } = progress
  if (status === 'completed') return plan.map(() => 'done')
  const now = status === undefined || status === 'running' || status === 'queued' ? 'running' : 'stopped'
  const surpassed = new Set(plan.filter((one) => begun.includes(one.id)).flatMap((one) => allBefore(plan, one.id)))
  return plan.map((one, index) => {
    if (surpassed.has(one.id)) return 'done'
    if (begun.includes(one.id)) return now
    if (begun.length > 0 || step === undefined) return 'waiting'
    return index + 1 < step.step ? 'done' : index + 1 === step.step ? now : 'waiting'
  })
}

function allBefore(plan: TaskProgress['plan'], id: string): string[] {
  const found = new Set<string>()
  const visit = (one: string): void => {
    for (const before of plan.find((step) => step.id === one)?.dependsOn ?? []) {
      if (found.has(before)) continue
      found.add(before)
      visit(before)
    }
  }
  visit(id)
  return [...found]
}
