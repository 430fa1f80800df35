import { renderActivation, type Activation } from '../../../../shared/activation.ts'
import type { ModelMessage, ModelTool } from '../../../../shared/model.ts'
import { loadTemplates } from '../load-templates.ts'
import { answerByRules } from './answer.ts'
import type { RulesAnswer, RulesCall } from './types.ts'

export const templates = await loadTemplates(new URL('../../../../resources/templates/', import.meta.url))

/** All arguments that any of the tools takes. */
interface ToolArgs {
  path: string
  content: string
  pattern: string
  command: string
  edits: Array<{ find: string; replace: string; all?: boolean }>
}
type Handler = (args: ToolArgs, files: Map<string, string>) => string
const TURN_LIMIT = 30

export class ToolError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

function fileOf(files: Map<string, string>, path: string): string {
  const content = files.get(path)
  if (content === undefined) throw new ToolError('NOT_FOUND', `${path} does not exist.`)
  return content
}

/** The tools on files in memory, showing their results as the real ones do. */
const HANDLERS: Record<string, Handler> = {
  list_dir: (_args, files) => [...new Set([...files.keys()].map((path) => (path.includes('/') ? `${path.split('/')[0]}/` : `${path} ${files.get(path)?.length}`)))].join('\n') || '(empty)',
  read_directory_tree: (_args, files) => [...files.keys()].join('\n') || '(empty)',
  read_file: ({ path }, files) => fileOf(files, path),
  create_file({ path, content }, files) {
    if (files.has(path)) throw new ToolError('ALREADY_EXISTS', `${path} already exists; use edit_file or write_file to change it.`)
    files.set(path, content)
    return JSON.stringify({ path, created: true, bytes: 1 })
  },
  write_file({ path, content }, files) {
    files.set(path, content)
    return JSON.stringify({ path, created: false, bytes: 1 })
  },
  edit_file({ path, edits }, files) {
    let text = fileOf(files, path)
    for (const { find, replace, all } of edits) {
      if (!text.includes(find)) throw new ToolError('NO_MATCH', `${path} does not hold the text.`)
      text = all ? text.replaceAll(find, () => replace) : text.replace(find, () => replace)
    }
    files.set(path, text)
    return '--- a\n+++ b'
  },
  search_code({ pattern, path }, files) {
    const lines = [...files].filter(([name]) => !path || name === path || name.startsWith(`${path}/`)).flatMap(([name, content]) => content.split('\n').map((text, index) => ({ name, line: index + 1, text })))
    return lines.filter(({ text }) => text.includes(pattern)).map(({ name, line, text }) => `${name}:${line}: ${text}`).join('\n') || 'No matches.'
  },
}

export interface Played {
  /** Every answer of the model, the last one being its last word. */
  answers: RulesAnswer[]
  calls: RulesCall[]
  text: string
  messages: ModelMessage[]
}

export interface PlayOptions {
  agent?: string
  files?: Record<string, string> | Map<string, string>
  /** Tools beside those on files. */
  handlers?: Record<string, Handler>
  system?: string
  /** Said by the user before the answer with this number. */
  interrupt?: Record<number, string>
  without?: string[]
}

const toolOf = (name: string): ModelTool => ({ name, description: name, inputSchema: { type: 'object', properties: {} } })

/** Plays a conversation to its end, as an agent's turn loop does. */
export function playConversation(opening: Activation | string | ModelMessage[], { agent = 'coder', files = {}, handlers = {}, system = 'Date: 2026-05-01.', interrupt = {}, without = [] }: PlayOptions = {}): Played {
  const all = { ...HANDLERS, ...handlers }
  const disk = files instanceof Map ? files : new Map(Object.entries(files))
  const tools = Object.keys(all).filter((name) => !without.includes(name)).map(toolOf)
  const messages: ModelMessage[] = Array.isArray(opening) ? [...opening] : [{ role: 'user', text: typeof opening === 'string' ? renderActivation({ phase: 'answer', task: opening }) : renderActivation(opening) }]
  const answers: RulesAnswer[] = []
  for (let turn = 0; turn < TURN_LIMIT; turn += 1) {
    const said = interrupt[turn]
    if (said !== undefined) messages.push({ role: 'user', text: said })
    const answer = answerByRules({ agent, system, messages, tools }, templates)
    answers.push(answer)
    const toolCalls = answer.calls.map(({ name, args }, index) => ({ id: `${turn}_${index}`, name, args }))
    messages.push({ role: 'assistant', text: answer.text, toolCalls })
    if (toolCalls.length === 0) return { answers, calls: answers.flatMap(({ calls }) => calls), text: answer.text, messages }
    for (const { id, name, args } of toolCalls) messages.push({ role: 'tool', toolCallId: id, name, ...run(all[name], args, disk) })
  }
  throw new Error(`no end after ${TURN_LIMIT} turns`)
}

function run(handler: Handler | undefined, args: object, files: Map<string, string>): { content: string; isError: boolean } {
  try {
    if (!handler) throw new ToolError('UNKNOWN_TOOL', 'There is no such tool.')
    return { content: handler(args as ToolArgs, files), isError: false }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    return { content: JSON.stringify({ error: { code: error.code, message: error.message } }), isError: true }
  }
}
