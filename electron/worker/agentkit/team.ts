import { createNetwork, createState, type Network, NetworkRun } from '@inngest/agent-kit'
import { type AgentName, agentNameSchema } from '../../../shared/plan.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import { type AgentDefinition, type AgentSpec, defineAgent, defineTool } from './define-agent.ts'

/** Decides who is next by what the state says, and ends the network with undefined. */
export type Router<State> = (state: State) => AgentName | undefined

/** The agents that this host's tools make possible, as an AgentKit network whose router is code. */
export interface Team<State extends Record<string, unknown>> {
  member(name: AgentName): AgentDefinition<State>
  /** The network for one round, with a state of its own. */
  open(state: State): TeamRun<State>
}

export interface TeamRun<State> {
  /** AgentKit's state of the network: what is written here the router sees. */
  readonly state: State
  /** Asks the network's router. */
  next(): Promise<AgentName | undefined>
}

export interface TeamParts<State> {
  specs: Readonly<Record<AgentName, AgentSpec>>
  tools: readonly ToolInfo[]
  router: Router<State>
}

export function createTeam<State extends Record<string, unknown>>({ specs, tools, router }: TeamParts<State>): Team<State> {
  const known = tools.map(defineTool)
  const members = new Map(agentNameSchema.options.map((name) => [name, defineAgent<State>(specs[name], known)]))
  const network = createNetwork<State>({
    name: 'rainy-brain',
    agents: [...members.values()].map(({ agent }) => agent),
    router: ({ network }) => {
      const next = router(network.state.data)
      return next && network.agents.get(next)
    },
  })
  return {
    member(name) {
      const member = members.get(name)
      if (!member) throw new Error(`there is no agent ${name}`)
      return member
    },
    open(data) {
      const run = new NetworkRun(network, createState(data))
      return { state: run.state.data, next: () => askRouter(run) }
    },
  }
}

/** As AgentKit's own loop asks between two agents. */
async function askRouter<State extends Record<string, unknown>>(run: NetworkRun<State>): Promise<AgentName | undefined> {
  const router = run.router as Network.Router.FnRouter<State>
  const next = await router({ input: '', network: run, stack: [], callCount: run.state.results.length })
  if (Array.isArray(next)) throw new Error('the router names one agent at a time')
  return next && agentNameSchema.parse(next.name)
}
