import type { Phase } from '../../../shared/activation.ts'
import type { RoundRequest } from '../../../shared/brain-events.ts'
import { asksForCommit } from '../../../shared/intent.ts'
import type { AgentName, Plan } from '../../../shared/plan.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import { type Route, routeRound } from '../agents/router.ts'
import type { WorkflowTools } from './define-workflow.ts'
import { planWork, renderPlan } from './plan-work.ts'
import { reportRound } from './report.ts'
import { expectWork, handoff, type Round, type Work } from './round.ts'
import { runPlan } from './run-plan.ts'
import { takeTurns } from './take-turns.ts'
import { fixFindings, lookAtChange, type Standing } from './validation.ts'

const MESSAGES: Record<AgentName, string> = {
  planner: 'Planning',
  coder: 'Working on it',
  reviewer: 'Reviewing the change',
  terminal: 'Running it',
  docs: 'Writing documentation',
}

/** A round along its route: plan, execute, validate and fix, commit, report. Who is next is the router's choice. */
export async function carryOut(round: Round, tools: WorkflowTools): Promise<TaskResult> {
  const route = routeRound(round.request)
  const { state, next } = round.follow(route)
  const standing: Standing = { state, work: { text: '', filesModified: [] }, author: 'coder', looks: 0 }
  const commits = route.agents.length > 1 && route.agents.at(-1) === 'terminal'
  const notes: string[] = []
  let plan: Plan | undefined

  /** The agent that the work begins with, or the plan's. */
  async function work(agent: AgentName): Promise<void> {
    if (plan) standing.work = await runPlan(round, { plan, phase: 'execute-step', tree: tools.tree, fn: tools.runPlanStep })
    else standing.work = await workAlone(round, { agent, route, commits })
    standing.author = agent
    state.changed = standing.work.filesModified.length > 0
    state.finished.push(agent)
  }

  await takeTurns(next, {
    async planner() {
      round.expect(1)
      plan = await planWork(round, 'plan', { commitFollows: commits })
      state.finished.push('planner')
      if (route.agents.length === 1) standing.work.text = renderPlan(plan)
      else round.expect(plan.steps.length + stepsAfterWork(commits))
    },
    coder: () => (state.findings ? fixFindings(round, standing) : work('coder')),
    docs: () => work('docs'),
    reviewer: () => lookAtChange(round, standing),
    async terminal() {
      if (!commits) return work('terminal')
      notes.push(await commit(round, standing))
      state.finished.push('terminal')
    },
  })
  if (commits && !state.finished.includes('terminal')) notes.push('Not committed, because of what is not resolved.')
  return reportRound(round, { work: standing.work, notes, ...(standing.verdict ? { verdict: standing.verdict } : {}) })
}

/** One agent, without a plan. */
async function workAlone(round: Round, { agent, route, commits }: { agent: AgentName; route: Route; commits: boolean }): Promise<Work> {
  const { request } = round
  round.expect(1 + (route.agents.includes('reviewer') && request.intent !== 'chat' ? stepsAfterWork(commits) : commits ? 1 : 0))
  const phase = phaseOf(request, route)
  await round.announce(phase === 'answer' ? 'Answering' : MESSAGES[agent], agent)
  return expectWork(await round.activate(agent, { phase, ...attachments(request) }, { readOnly: route.readOnly }))
}

async function commit(round: Round, { work, author, verdict }: Standing): Promise<string> {
  const why = handoff(verdict?.validation.review ? 'reviewer' : author, 'terminal', work, ['commit the change'], 'a commit was asked for')
  await round.announce('Committing', 'terminal', why)
  return (await round.activate('terminal', { phase: 'commit', files: work.filesModified, handoff: why })).text
}

/** Checks, review, and the commit where one is asked for. */
function stepsAfterWork(commits: boolean): number {
  return commits ? 3 : 2
}

function phaseOf({ intent, text }: RoundRequest, { readOnly }: Route): Phase {
  switch (intent) {
    case 'explain_code':
    case 'chat':
      return 'answer'
    case 'write_docs':
      return 'generate-docs'
    case 'run_command':
      return asksForCommit(text) ? 'commit' : 'execute-step'
    case 'edit_code':
    case 'refactor':
    case 'create_project':
      return readOnly ? 'answer' : 'execute-step'
    default:
      return intent satisfies never
  }
}

function attachments({ files }: RoundRequest): { files?: string[] } {
  return files.length > 0 ? { files } : {}
}
