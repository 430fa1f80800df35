import type { InngestFunction } from 'inngest'
import type { TaskResult } from '../../../shared/tasks.ts'
import { routeRound } from '../agents/router.ts'
import { defineWorkflow, type WorkflowParts, type WorkflowTools } from './define-workflow.ts'
import { installDependencies } from './install-dependencies.ts'
import { planWork, renderPlan } from './plan-work.ts'
import { reportRound } from './report.ts'
import { handoff, type Round } from './round.ts'
import { runPlan } from './run-plan.ts'
import { validateAndFix } from './validation.ts'

/** What follows the files: dependencies, configuration, documentation, tests and review. */
const STEPS_AFTER_FILES = 5

/** plan-structure → create-files → install-deps → configure → generate-docs → run-tests and review, with fixes → report. */
export function createCreateProject(parts: WorkflowParts): InngestFunction.Any {
  return defineWorkflow(
    { id: 'create-project', triggers: [{ event: 'brain/project.create' }], looksAtFolder: () => true, body: createProject },
    parts,
  )
}

async function createProject(round: Round, tools: WorkflowTools): Promise<TaskResult> {
  round.expect(1)
  const plan = await planWork(round, 'plan-structure', { commitFollows: false })
  if (routeRound(round.request).readOnly) return reportRound(round, { work: { text: renderPlan(plan), filesModified: [] } })

  round.expect(plan.steps.length + STEPS_AFTER_FILES)
  const created = await runPlan(round, { plan, phase: 'create-files', tree: tools.tree, fn: tools.runPlanStep })
  const files = new Set(created.filesModified)

  await round.announce('Installing dependencies')
  const notes = await installDependencies(round.durable)

  const toTerminal = handoff('coder', 'terminal', created, ['configure', 'document', 'test and review'], 'the files are there')
  await round.announce('Configuring', 'terminal', toTerminal)
  const configured = await round.activate('terminal', { phase: 'configure', files: [...files], handoff: toTerminal })
  for (const file of configured.filesModified) files.add(file)

  const toDocs = handoff('terminal', 'docs', { text: created.text, filesModified: [...files] }, ['document', 'test and review'], 'the project is set up')
  await round.announce('Writing documentation', 'docs', toDocs)
  const documented = await round.activate('docs', { phase: 'generate-docs', files: [...files], handoff: toDocs })
  for (const file of documented.filesModified) files.add(file)

  const verdict = await validateAndFix(round, { text: created.text, filesModified: [...files] }, 'coder')
  return reportRound(round, { work: verdict.work, verdict, notes })
}
