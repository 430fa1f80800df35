import { progressBodySchema } from '../../../../shared/progress.ts'
import type { EffectArgs, EffectEnd, EffectScope } from './types.ts'

export function appendProgress({ context, task, runId }: EffectScope, { bodies }: EffectArgs<'progress'>): EffectEnd<'progress'> {
  return {
    value: {},
    commit() {
      for (const body of bodies) context.progress.append(task.id, progressBodySchema.parse(ofAnAgent(body.type) ? { runId, ...body } : body))
    },
  }
}

export function recordPlan({ context, task, runId }: EffectScope, { plan }: EffectArgs<'record-plan'>): EffectEnd<'record-plan'> {
  const { steps } = plan
  return {
    value: {},
    commit() {
      context.tasks.update(task.id, { plan: { steps } })
      context.progress.append(task.id, { type: 'plan', runId, steps })
    },
  }
}

function ofAnAgent(type: string): boolean {
  return type === 'step' || type === 'handoff' || type === 'plan' || type === 'tool' || type === 'message'
}
