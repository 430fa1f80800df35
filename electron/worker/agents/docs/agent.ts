import type { AgentSpec } from '../../agentkit/define-agent.ts'
import { docsPrompt } from './prompt.ts'

export const docs: AgentSpec = {
  name: 'docs',
  description: 'Writes documentation.',
  role: 'fast',
  turnLimit: 5,
  tools: { categories: ['read', 'write'] },
  prompt: docsPrompt,
}
