import type { Phase } from '../../../shared/activation.ts'
import type { RoundRequest } from '../../../shared/brain-events.ts'
import { asksForCommit } from '../../../shared/intent.ts'
import type { AgentName } from '../../../shared/plan.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import { type Route, routeRound } from '../agents/router.ts'
import type { WorkflowTools } from './define-workflow.ts'
import { planWork, renderPlan } from './plan-work.ts'
import { reportRound } from './report.ts'
import { handoff, type Round, type Work } from './round.ts'
import { runPlan } from './run-plan.ts'
import { type Verdict, validateAndFix } from './validation.ts'

const MESSAGES: Record<AgentName, string> = {
  planner: 'Planning',
  coder: 'Working on it',
  reviewer: 'Reviewing the change',
  terminal: 'Running it',
  docs: 'Writing documentation',
}

/** A round along its route: plan, execute, validate and fix, commit, report. */
export async function carryOut(round: Round, tools: WorkflowTools): Promise<TaskResult> {
  const route = routeRound(round.request)
  const commits = route.agents.at(-1) === 'terminal' && route.agents.length > 1
  if (route.agents[0] === 'planner') {
    round.expect(1)
    const plan = await planWork(round, 'plan', { commitFollows: commits })
    if (route.agents.length === 1) return reportRound(round, { work: { text: renderPlan(plan), filesModified: [] } })
    round.expect(plan.steps.length + stepsAfterWork(commits))
    const work = await runPlan(round, { plan, phase: 'execute-step', tree: tools.tree, fn: tools.runPlanStep })
    return finish(round, { work, by: 'coder', commits })
  }
  const [agent = 'coder'] = route.agents
  round.expect(1 + (route.agents.includes('reviewer') && round.request.intent !== 'chat' ? stepsAfterWork(commits) : commits ? 1 : 0))
  const phase = phaseOf(round.request, route)
  await round.announce(phase === 'answer' ? 'Answering' : MESSAGES[agent], agent)
  const work = await round.activate(agent, { phase, ...attachments(round.request) }, { readOnly: route.readOnly })
  if (!route.agents.includes('reviewer') && !commits) return reportRound(round, { work })
  return finish(round, { work, by: agent, commits })
}

/** A change is validated, whoever made it; where nothing changed there is nothing to validate. */
async function finish(round: Round, { work, by, commits }: { work: Work; by: AgentName; commits: boolean }): Promise<TaskResult> {
  if (work.filesModified.length === 0 || by === 'docs') {
    const notes = commits ? [await commit(round, work, by)] : []
    return reportRound(round, { work, notes })
  }
  const verdict = await validateAndFix(round, work, by)
  const notes = commits ? [await commitWhereSound(round, verdict)] : []
  return reportRound(round, { work: verdict.work, verdict, notes })
}

async function commitWhereSound(round: Round, verdict: Verdict): Promise<string> {
  return verdict.ok ? commit(round, verdict.work, verdict.validation.review ? 'reviewer' : 'coder') : 'Not committed, because of what is not resolved.'
}

async function commit(round: Round, work: Work, from: AgentName): Promise<string> {
  const why = handoff(from, 'terminal', work, ['commit the change'], 'a commit was asked for')
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
