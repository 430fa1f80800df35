import type { RulesAnswer, RulesRequest, Templates } from './types.ts'

/** The built-in model: a pure function of the conversation. */
export function answerByRules(_request: RulesRequest, _templates: Templates): RulesAnswer {
  return { text: 'Hi! I am the built-in model.', calls: [] }
}
