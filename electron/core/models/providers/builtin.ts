import { RainyError } from '../../../../shared/errors.ts'
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

/** The model that needs no key and no network: rules, read through the same door as any server's answer. */
export function createBuiltinProvider(name: string, templatesDir: URL): Provider {
  let templates: Promise<Templates> | undefined
  return {
    name,
    async stream(_model, request: ModelRequest, { signal, onToken }) {
      templates ??= loadTemplates(templatesDir)
      const answer = answerByRules(request, await templates)
      if (answer.cannot) throw new RainyError('BUILTIN_CANNOT', answer.text)
      const reader = createChatReader(onToken, (wireName) => wireName)
      for (const chunk of toChunks(answer)) {
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
