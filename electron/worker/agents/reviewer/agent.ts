import type { AgentSpec } from '../../agentkit/define-agent.ts'
import { reviewerPrompt } from './prompt.ts'

export const reviewer: AgentSpec = {
  name: 'reviewer',
  description: 'Judges a change against the task.',
  role: 'fast',
  turnLimit: 5,
  tools: { categories: ['read'], names: ['get_diagnostics', 'git_diff', 'run_tests'] },
  prompt: reviewerPrompt,
}
