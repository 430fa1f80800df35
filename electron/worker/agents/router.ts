import type { AgentName } from '../../../shared/plan.ts'
import { asksForCommit, needsPlanner } from '../../../shared/intent.ts'
import type { RoundRequest } from '../../../shared/brain-events.ts'

/** Who works on a round, in order. A reviewer is only called where files were changed. */
export interface Route {
  agents: AgentName[]
  /** The agents get only tools that leave nothing behind. */
  readOnly: boolean
}

/** Rules alone: no model call is spent on routing. */
export function routeRound({ intent, text, header }: Pick<RoundRequest, 'intent' | 'text' | 'header'>): Route {
  const readOnly = header.mode === 'plan'
  const commit: AgentName[] = asksForCommit(text) ? ['terminal'] : []
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
