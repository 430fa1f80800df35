import type { Inngest, InngestFunction } from 'inngest'
import { roundRequestSchema } from '../../../shared/brain-events.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import type { Team } from '../agentkit/team.ts'
import type { RoundState } from '../agents/router.ts'
import { type Child, createDurable } from '../durable.ts'
import { endsInvocation, errorBodyFrom } from '../errors.ts'
import { currentInvocation } from '../invocation.ts'
import { createRound, type Round } from './round.ts'

export interface WorkflowParts {
  client: Inngest
  team: Team<RoundState>
  runPlanStep: Child['fn']
}

/** What a workflow's body is given beside its round. */
export interface WorkflowTools {
  tree: string
  runPlanStep: Child['fn']
}

export interface WorkflowSpec {
  id: string
  triggers: Array<{ event: string; if?: string }>
  /** Whether the agents are to be told what is in the folder. */
  looksAtFolder(request: Round['request']): boolean
  body(round: Round, tools: WorkflowTools): Promise<TaskResult>
}

/** A workflow whose run is one round of a task. Whatever its body throws ends the round as failed. */
export function defineWorkflow(spec: WorkflowSpec, { client, team, runPlanStep }: WorkflowParts): InngestFunction.Any {
  return client.createFunction({ id: spec.id, triggers: spec.triggers }, async ({ event, step }): Promise<TaskResult | { error: ErrorBody }> => {
    const request = roundRequestSchema.parse(event.data)
    const durable = createDurable(step, currentInvocation(), request.taskId)
    try {
      const tree = spec.looksAtFolder(request) ? await lookAtFolder(durable, request.header.instructions) : ''
      return await spec.body(createRound({ request, durable, team, tree }), { tree, runPlanStep })
    } catch (error) {
      if (endsInvocation(error)) throw error
      const body = errorBodyFrom(error)
      await durable.effect('fail-round', 'fail-round', { error: body })
      return { error: body }
    }
  })
}

async function lookAtFolder(durable: ReturnType<typeof createDurable>, instructions: string): Promise<string> {
  const { tree, agentsMd = '' } = await durable.effect('workspace-summary', 'workspace-summary', {})
  const told = agentsMd.trim() === '' || instructions.includes(agentsMd.trim())
  return told ? tree : `${tree}\n\nAGENTS.md:\n${agentsMd}`
}
