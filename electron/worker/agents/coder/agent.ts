import type { AgentSpec } from '../../agentkit/define-agent.ts'
import { coderPrompt } from './prompt.ts'

export const coder: AgentSpec = {
  name: 'coder',
  description: 'Reads, writes and checks code, and answers questions about it.',
  role: 'smart',
  turnLimit: 10,
  tools: { categories: ['read', 'write'], names: ['get_diagnostics', 'analyze_code', 'run_tests', 'run_command', 'git_diff'] },
  prompt: coderPrompt,
}
