import type { InngestFunction } from 'inngest'
import type { Plan } from '../../../shared/plan.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import { routeRound } from '../agents/router.ts'
import { defineWorkflow, type WorkflowParts, type WorkflowTools } from './define-workflow.ts'
import { installDependencies } from './install-dependencies.ts'
import { planWork, renderPlan } from './plan-work.ts'
import { reportRound } from './report.ts'
import { handoff, type Round, type Work } from './round.ts'
import { runPlan } from './run-plan.ts'
import { takeTurns } from './take-turns.ts'
import { fixFindings, lookAtChange, type Standing } from './validation.ts'

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
  const route = routeRound(round.request)
  const { state, next } = round.follow(route)
  const standing: Standing = { state, work: { text: '', filesModified: [] }, author: 'coder', looks: 0 }
  const files = new Set<string>()
  const notes: string[] = []
  let plan: Plan | undefined

  function add(work: Work): void {
    for (const file of work.filesModified) files.add(file)
    standing.work = { text: standing.work.text, filesModified: [...files] }
    state.changed = files.size > 0
  }

  await takeTurns(next, {
    async planner() {
      round.expect(1)
      plan = await planWork(round, 'plan-structure', { commitFollows: false })
      state.finished.push('planner')
      if (route.agents.length === 1) standing.work.text = renderPlan(plan)
      else round.expect(plan.steps.length + STEPS_AFTER_FILES)
    },
    async coder() {
      if (state.findings) return fixFindings(round, standing)
      if (!plan) throw new Error('the planner comes first')
      const created = await runPlan(round, { plan, phase: 'create-files', tree: tools.tree, fn: tools.runPlanStep })
      standing.work.text = created.text
      add(created)
      state.finished.push('coder')
    },
    async terminal() {
      await round.announce('Installing dependencies')
      notes.push(...(await installDependencies(round.durable)))
      const why = handoff('coder', 'terminal', standing.work, ['configure', 'document', 'test and review'], 'the files are there')
      await round.announce('Configuring', 'terminal', why)
      add(await round.activate('terminal', { phase: 'configure', files: [...files], handoff: why }))
      state.finished.push('terminal')
    },
    async docs() {
      const why = handoff('terminal', 'docs', standing.work, ['document', 'test and review'], 'the project is set up')
      await round.announce('Writing documentation', 'docs', why)
      add(await round.activate('docs', { phase: 'generate-docs', files: [...files], handoff: why }))
      state.finished.push('docs')
    },
    reviewer: () => lookAtChange(round, standing),
  })
  return reportRound(round, { work: standing.work, notes, ...(standing.verdict ? { verdict: standing.verdict } : {}) })
}
