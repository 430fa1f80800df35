import type { AgentName } from '../../../shared/plan.ts'
import { asksForCommit, needsPlanner } from '../../../shared/intent.ts'
import type { RoundRequest } from '../../../shared/brain-events.ts'

/** Who works on a round, in order. */
export interface Route {
  agents: AgentName[]
  /** The agents get only tools that leave nothing behind. */
  readOnly: boolean
}

/** Where a round stands: all that the network's router decides by. */
export interface RoundState extends Record<string, unknown> {
  route: AgentName[]
  /** Those of the route who have done their part. */
  finished: AgentName[]
  /** Whether files were changed; else there is nothing to review. */
  changed: boolean
  /** Whether the last look at the change found something that is not mended yet. */
  findings: boolean
  fixesLeft: number
}

export function openState(route: Route, maxFixRounds: number): RoundState {
  return { route: route.agents, finished: [], changed: false, findings: false, fixesLeft: maxFixRounds }
}

/** The code router of the network: along the route, and to the coder with what was found, until that is mended or given up. */
export function nextAgent({ route, finished, changed, findings, fixesLeft }: RoundState): AgentName | undefined {
  if (findings) return fixesLeft > 0 ? 'coder' : undefined
  return route.find((agent) => !finished.includes(agent) && (agent !== 'reviewer' || changed))
}

/** Rules alone: no model call is spent on routing. */
export function routeRound({ intent, text, header }: Pick<RoundRequest, 'intent' | 'text' | 'header'>): Route {
  const readOnly = header.mode === 'plan'
  const commit: AgentName[] = asksForCommit(text) && !readOnly ? ['terminal'] : []
  switch (intent) {
    case 'create_project':
      return { agents: readOnly ? ['planner'] : ['planner', 'coder', 'terminal', 'docs', 'reviewer'], readOnly }
    case 'refactor':
      return { agents: readOnly ? ['planner'] : ['planner', 'coder', 'reviewer', ...commit], readOnly }
    case 'edit_code':
      if (readOnly) return { agents: ['planner'], readOnly }
      return { agents: [...(needsPlanner(text) ? ['planner' as const] : []), 'coder', 'reviewer', ...commit], readOnly }
    case 'run_command':
      return { agents: ['terminal'], readOnly }
    case 'explain_code':
      return { agents: ['coder'], readOnly: true }
    case 'write_docs':
      return { agents: ['docs', ...commit], readOnly }
    case 'chat':
      // What no rule knows may well be work: the coder has its tools, and a change it makes is validated like any other.
      return { agents: ['coder', ...(readOnly ? [] : ['reviewer' as const, ...commit])], readOnly }
    default:
      return intent satisfies never
  }
}
