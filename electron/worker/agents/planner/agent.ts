import type { AgentSpec } from '../../agentkit/define-agent.ts'
import { plannerPrompt } from './prompt.ts'

export const planner: AgentSpec = {
  name: 'planner',
  description: 'Looks at the project and splits the task into steps.',
  role: 'fast',
  turnLimit: 3,
  tools: { names: ['read_file', 'list_dir', 'read_directory_tree', 'search_code', 'analyze_code'] },
  prompt: plannerPrompt,
}
