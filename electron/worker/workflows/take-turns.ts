import type { AgentName } from '../../../shared/plan.ts'

/** What each agent's turn is in a workflow. A turn says in the network's state what came of it: the router reads nothing else. */
export type Turns = Record<AgentName, () => Promise<void>>

/** One agent after another, as the network's router names them, until it names none. */
export async function takeTurns(next: () => Promise<AgentName | undefined>, turns: Turns): Promise<void> {
  for (let agent = await next(); agent !== undefined; agent = await next()) await turns[agent]()
}
