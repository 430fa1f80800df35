import type { AgentSpec } from '../../agentkit/define-agent.ts'
import { terminalPrompt } from './prompt.ts'

export const terminal: AgentSpec = {
  name: 'terminal',
  description: 'Runs commands and tests, and works with git.',
  role: 'instant',
  turnLimit: 5,
  tools: { categories: ['git'], names: ['run_command', 'run_tests', 'read_file', 'list_dir'] },
  prompt: terminalPrompt,
}
