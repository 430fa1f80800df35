import type { Plan } from '../../../shared/plan.ts'
import type { Child } from '../durable.ts'
import { AgentFailure, handoff, type Round, type Work } from './round.ts'
import { type PlanStepRequest, planStepResultSchema } from './plan-step.ts'
import { nextWave } from './plan.ts'

export interface PlanRun {
  plan: Plan
  phase: PlanStepRequest['phase']
  tree: string
  fn: Child['fn']
}

/** Carries out the plan's graph, each step in a run of its own; what is ready and shares no file runs at once. */
export async function runPlan(round: Round, { plan, phase, tree, fn }: PlanRun): Promise<Work> {
  const { request, durable } = round
  const done = new Set<string>()
  const files = new Set<string>()
  const texts: string[] = []
  while (done.size < plan.steps.length) {
    const wave = nextWave(plan.steps, done)
    const left = plan.steps.filter((step) => !done.has(step.id) && !wave.includes(step)).map((step) => step.title)
    const calls = wave.map((step) => ({
      step,
      handoff: handoff('planner', step.agent, { text: texts.join('\n'), filesModified: [...files] }, left, `plan step ${step.id}`),
    }))
    await round.announceAll(calls.map(({ step, handoff }) => ({ message: step.title, agent: step.agent, handoff })))
    const results = await Promise.all(
      calls.map(({ step, handoff }) => {
        const data: PlanStepRequest = { taskId: request.taskId, request, step, handoff, tree, phase }
        return durable.invoke(`plan-step-${step.id}`, { fn, data })
      }),
    )
    for (const [index, result] of results.entries()) {
      const end = planStepResultSchema.parse(result)
      if (end.state === 'failed') throw new AgentFailure(end.error.code, end.error.message)
      for (const file of end.filesModified) files.add(file)
      texts.push(end.text)
      done.add(wave[index]?.id ?? '')
    }
  }
  return { text: texts.filter(Boolean).join('\n'), filesModified: [...files] }
}
