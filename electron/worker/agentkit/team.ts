import { createNetwork, type Network } from '@inngest/agent-kit'
import { type AgentName, agentNameSchema } from '../../../shared/plan.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import { type AgentDefinition, type AgentSpec, defineAgent, defineTool } from './define-agent.ts'

/** The agents that this host's tools make possible, as an AgentKit network whose router is code. */
export interface Team {
  network: Network<TeamState>
  member(name: AgentName): AgentDefinition
}

/** Who works on the round, in order: what AgentKit's state holds of it. */
interface TeamState extends Record<string, unknown> {
  route?: AgentName[]
}

export function createTeam(specs: Readonly<Record<AgentName, AgentSpec>>, tools: readonly ToolInfo[]): Team {
  const known = tools.map(defineTool)
  const members = new Map(agentNameSchema.options.map((name) => [name, defineAgent(specs[name], known)]))
  const network = createNetwork<TeamState>({
    name: 'rainy-brain',
    agents: [...members.values()].map(({ agent }) => agent),
    router: ({ network, callCount }) => {
      const next = network.state.data.route?.[callCount]
      return next === undefined ? undefined : network.agents.get(next)
    },
  })
  return {
    network,
    member(name) {
      const member = members.get(name)
      if (!member) throw new Error(`there is no agent ${name}`)
      return member
    },
  }
}
