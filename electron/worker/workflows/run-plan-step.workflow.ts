import type { Inngest, InngestFunction } from 'inngest'
import type { Team } from '../agentkit/team.ts'
import type { RoundState } from '../agents/router.ts'
import { createDurable } from '../durable.ts'
import { endsInvocation, errorBodyFrom } from '../errors.ts'
import { currentInvocation } from '../invocation.ts'
import { type PlanStepResult, planStepRequestSchema } from './plan-step.ts'
import { createRound, expectWork } from './round.ts'

/** One step of a plan, called by the run that carries out the plan. */
export function createRunPlanStep(client: Inngest, team: Team<RoundState>): InngestFunction.Any {
  return client.createFunction({ id: 'run-plan-step', triggers: [] }, async ({ event, step }): Promise<PlanStepResult> => {
    const { request, step: planStep, handoff, tree, phase } = planStepRequestSchema.parse(event.data)
    const durable = createDurable(step, currentInvocation(), request.taskId)
    const round = createRound({ request, durable, team, tree })
    try {
      const work = expectWork(await round.activate(planStep.agent, { phase, step: planStep.title, files: planStep.files, handoff }))
      return { state: 'done', text: work.text, filesModified: work.filesModified }
    } catch (error) {
      if (endsInvocation(error)) throw error
      return { state: 'failed', error: errorBodyFrom(error) }
    }
  })
}
