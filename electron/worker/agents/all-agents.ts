import type { AgentName } from '../../../shared/plan.ts'
import type { AgentSpec } from '../agentkit/define-agent.ts'
import { coder } from './coder/agent.ts'
import { docs } from './docs/agent.ts'
import { planner } from './planner/agent.ts'
import { reviewer } from './reviewer/agent.ts'
import { terminal } from './terminal/agent.ts'

/** A new agent is its folder and a line here. */
export const ALL_AGENTS: Readonly<Record<AgentName, AgentSpec>> = { planner, coder, reviewer, terminal, docs }
