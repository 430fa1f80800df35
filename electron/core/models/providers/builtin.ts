import type { ModelTool } from '../../../../shared/model.ts'
import { answerByRules } from '../builtin/answer.ts'
import type { RulesAnswer, Templates } from '../builtin/types.ts'
import { loadTemplates } from '../load-templates.ts'
import type { ModelRequest, Provider } from '../types.ts'
import { estimateUsage } from '../usage.ts'
import { createChatReader } from './chat-format.ts'

const WORDS = /\S+\s*|\s+/g

/** What the rules answer, as the chunks of OpenAI's format that any server would stream. */
function* toChunks({ text, calls }: RulesAnswer): Generator<unknown> {
  for (const word of text.match(WORDS) ?? []) yield { choices: [{ delta: { content: word } }] }
  const tool_calls = calls.map(({ name, args }, index) => ({ index, function: { name, arguments: JSON.stringify(args) } }))
  yield { choices: [{ delta: { tool_calls }, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }] }
}

function offered(tools: readonly ModelTool[], answer: RulesAnswer): RulesAnswer {
  const known = new Set(tools.map(({ name }) => name))
  const calls = answer.calls.filter(({ name }) => known.has(name))
  if (calls.length === answer.calls.length) return answer
  const missing = answer.calls.filter(({ name }) => !known.has(name)).map(({ name }) => name)
  const text = `${answer.text}${answer.text ? ' ' : ''}I have no ${[...new Set(missing)].join(', ')} here, so I leave that out.`
  return { text, calls }
}

/** The model that needs no key and no network: rules, read through the same door as any server's answer. */
export function createBuiltinProvider(name: string, templatesDir: URL): Provider {
  let templates: Promise<Templates> | undefined
  return {
    name,
    async stream(_model, request: ModelRequest, { signal, onToken }) {
      templates ??= loadTemplates(templatesDir)
      const rules = offered(request.tools, answerByRules(request, await templates))
      const reader = createChatReader(onToken, (wireName) => wireName)
      for (const chunk of toChunks(rules)) {
        signal.throwIfAborted()
        reader.read(chunk)
      }
      const { message, stop } = reader.end()
      return { message, stop, usage: estimateUsage(request, message) }
    },
    async probe() {
      templates ??= loadTemplates(templatesDir)
      await templates
    },
  }
}
