import type { Inngest, InngestFunction } from 'inngest'
import type { Team } from '../agentkit/team.ts'
import type { RoundState } from '../agents/router.ts'
import { createCreateProject } from './create-project.workflow.ts'
import { createExecuteTask } from './execute-task.workflow.ts'
import { createRefactorCode } from './refactor-code.workflow.ts'
import { createRunPlanStep } from './run-plan-step.workflow.ts'

/** A new workflow is its file and a line here. */
export function createAllWorkflows(client: Inngest, team: Team<RoundState>): InngestFunction.Any[] {
  const runPlanStep = createRunPlanStep(client, team)
  const parts = { client, team, runPlanStep }
  return [createExecuteTask(parts), createCreateProject(parts), createRefactorCode(parts), runPlanStep]
}
