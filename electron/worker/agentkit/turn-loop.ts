import { hash } from 'node:crypto'
import type { z } from 'zod'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { ModelAnswer, ModelMessage, ModelToolCall, ToolBatchResult } from '../../../shared/model.ts'
import type { Handoff } from '../../../shared/plan.ts'
import { type Durable, hashOf } from '../durable.ts'
import { hashedStepId } from '../host-step.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { AgentDefinition } from './define-agent.ts'
import { parseJsonAnswer } from './json-answer.ts'

/** How often an agent is asked again for an answer in the form it owes. */
const REPAIR_LIMIT = 2
/** An agent whose conversation is too long starts it anew, unless it has done so less than this many turns ago. */
const RESTART_AFTER_TURNS = 3
/** How often in a row an answer that was cut off is gone on with. */
const CONTINUATION_LIMIT = 3
/** How often an agent that said nothing at all is asked again. */
const EMPTY_LIMIT = 2
const STATE_EXCERPT_CHARS = 400

const CONTINUE = 'Your answer was cut off at the length limit. Go on exactly where it stopped.'
const SAY_SOMETHING = 'Your answer was empty. Do the task, or say what keeps you from it.'
const START_ANEW = 'The conversation before this was too long and is gone. The files are as they were left: look before you go on.'
const GO_ON = 'You have used your turns and go on with the same conversation. Do what is left, then finish.'

export interface AgentRun<T> {
  definition: Omit<AgentDefinition, 'agent'>
  /** Unique in the run and the same in every replay: the step ids hang on it. */
  key: string
  system: string
  /** The first user message. */
  opening: string
  /** Only tools that leave nothing behind. */
  readOnly: boolean
  /** Where the answer must be JSON of this shape. */
  answer?: z.ZodType<T>
}

export type AgentEnd<T> =
  /** `value` is absent where the agent did not manage the form it owed. */
  | {
      state: 'done'
      text: string
      filesModified: string[]
      /** Whether it called anything that may leave something behind. */
      acted: boolean
      value?: T
    }
  | { state: 'failed'; error: ErrorBody }

/**
 * One agent's conversation until it answers without asking for tools. A turn is one step `infer` and, where the answer
 * asks for tools, one step `tools` with the whole batch. Whatever a model sends becomes a result or another turn, never a throw.
 *
 * AgentKit's own loop is not used: see docs/architecture.md.
 */
export async function runAgent<T>(durable: Durable, run: AgentRun<T>): Promise<AgentEnd<T>> {
  const { spec } = run.definition
  const allowed = run.readOnly ? run.definition.readOnlyToolNames : run.definition.toolNames
  const fixedHash = hashOf({ agent: spec.name, role: spec.role, system: run.system, allowed })
  const files = new Set<string>()
  const parts: string[] = []
  let conversation = openConversation(durable, run, 1)
  let startedAt = 1
  let lastText = ''
  let continuations = 0
  let repairs = 0
  let empties = 0
  let acted = false

  for (let turn = 1; ; turn += 1) {
    const turnKey = `${run.key}/${turn}`
    const inferred = await infer(durable, { run, turnKey, conversation, allowed, fixedHash, json: repairs > 0 })
    if (inferred.state === 'failed') {
      if (inferred.error.code !== 'CONTEXT_TOO_LONG' || turn - startedAt < RESTART_AFTER_TURNS) return inferred
      const why = await handOffToItself(durable, run, { turnKey, filesModified: [...files], text: lastText, reason: 'the conversation became too long; going on with a digest of it' })
      conversation = openConversation(durable, run, turn)
      conversation.append({ role: 'user', text: `Handoff: ${JSON.stringify(why)}\n${START_ANEW}` })
      startedAt = turn
      continue
    }
    const { answer } = inferred
    const { toolCalls } = answer.message
    lastText = answer.message.text || lastText

    if (toolCalls.length > 0) {
      const batch = await callTools(durable, { run, turnKey, conversation, fixedHash, inferStepId: hashedStepId(inferred.stepId), allowed, calls: toolCalls })
      for (const file of batch.filesModified) files.add(file)
      acted ||= toolCalls.some((call) => allowed.includes(call.name) && !run.definition.readOnlyToolNames.includes(call.name))
      conversation.append(...toolMessages(toolCalls, batch))
      parts.length = 0
      continuations = 0
    } else if (answer.stop === 'length' && continuations < CONTINUATION_LIMIT) {
      parts.push(answer.message.text)
      continuations += 1
      conversation.append({ role: 'user', text: CONTINUE })
    } else if (answer.stop === 'refusal') {
      return { state: 'failed', error: { code: 'PROVIDER_BAD_RESPONSE', message: refusalOf(answer) } }
    } else if (answer.message.text.trim() === '' && parts.length === 0 && !acted && !run.answer && empties < EMPTY_LIMIT) {
      // After work an empty answer says that there is nothing to add; before it, that the model is at a loss.
      empties += 1
      conversation.append({ role: 'user', text: SAY_SOMETHING })
    } else {
      const text = [...parts, answer.message.text].join('')
      const end = { state: 'done' as const, text, filesModified: [...files], acted }
      if (!run.answer) return end
      const parsed = parseJsonAnswer(text, run.answer)
      if (parsed.ok) return { ...end, value: parsed.value }
      if (repairs === REPAIR_LIMIT) return end
      repairs += 1
      parts.length = 0
      conversation.append({ role: 'user', text: `That is not the JSON object that was asked for (${parsed.problem}). Answer with that object alone.` })
    }

    if (turn % spec.turnLimit === 0) {
      await handOffToItself(durable, run, { turnKey, filesModified: [...files], text: lastText, reason: `${spec.turnLimit} turns used; going on with the same conversation` })
      conversation.append({ role: 'user', text: GO_ON })
    }
  }
}

interface InferTurn<T> {
  run: AgentRun<T>
  turnKey: string
  conversation: Conversation
  allowed: string[]
  fixedHash: string
  json: boolean
}

/** Asks until there is an answer; each wait between is a step, and so is each new try. */
async function infer<T>(durable: Durable, { run, turnKey, conversation, allowed, fixedHash, json }: InferTurn<T>): Promise<{ state: 'done'; stepId: string; answer: ModelAnswer } | { state: 'failed'; error: ErrorBody }> {
  const { spec } = run.definition
  const inputHash = hash('sha256', `${fixedHash}${conversation.hash}${json}`, 'hex')
  for (let attempt = 1; ; attempt += 1) {
    const stepId = attempt === 1 ? `${turnKey}/infer` : `${turnKey}/infer~${attempt}`
    const result = await durable.infer(stepId, inputHash, (whole) => ({
      conversation: conversation.id,
      agent: spec.name,
      role: spec.role,
      system: run.system,
      tools: allowed,
      ...conversation.delta(whole),
      json,
    }))
    if (result.state === 'failed') return result
    if (result.state === 'done') {
      conversation.append(...result.steering.map((text) => ({ role: 'user', text }) as const), result.answer.message)
      conversation.markHeld()
      return { state: 'done', stepId, answer: result.answer }
    }
    await durable.wait(`${stepId}/wait`, result.suspension)
  }
}

interface ToolTurn<T> {
  run: AgentRun<T>
  turnKey: string
  conversation: Conversation
  fixedHash: string
  inferStepId: string
  allowed: string[]
  calls: ModelToolCall[]
}

async function callTools<T>(durable: Durable, { run, turnKey, conversation, fixedHash, inferStepId, allowed, calls }: ToolTurn<T>): Promise<Extract<ToolBatchResult, { state: 'done' }>> {
  // The calls are the end of the conversation: its hash covers them.
  const inputHash = hash('sha256', `${fixedHash}${conversation.hash}tools`, 'hex')
  for (let attempt = 1; ; attempt += 1) {
    const stepId = attempt === 1 ? `${turnKey}/tools` : `${turnKey}/tools~${attempt}`
    const result = await durable.tools(stepId, inputHash, { inferStepId, agent: run.definition.spec.name, allowed, calls })
    if (result.state === 'done') return result
    await durable.wait(`${stepId}/wait`, result.suspension)
  }
}

/** Asking again would be refused again: the user decides. */
function refusalOf({ model, message }: ModelAnswer): string {
  const words = message.text.trim().slice(0, STATE_EXCERPT_CHARS)
  return `The model ${model} refused to answer${words === '' ? '' : `: ${words}`}. Put it in other words, or choose another model.`
}

/** Providers refuse a call without its result: one stands for each call, in the order of the calls. */
function toolMessages(calls: ModelToolCall[], batch: Extract<ToolBatchResult, { state: 'done' }>): ModelMessage[] {
  return calls.map(({ id, name }, index) => {
    const result = batch.results[index]
    return { role: 'tool', toolCallId: id, name, content: result?.content ?? 'The call gave no result.', isError: result?.isError ?? true }
  })
}

function openConversation<T>(durable: Durable, run: AgentRun<T>, turn: number): Conversation {
  const conversation = createConversation(`${durable.runId}/${run.key}/${turn}`)
  conversation.append({ role: 'user', text: run.opening })
  return conversation
}

async function handOffToItself<T>(durable: Durable, run: AgentRun<T>, { turnKey, filesModified, text, reason }: { turnKey: string; filesModified: string[]; text: string; reason: string }): Promise<Handoff> {
  const { name } = run.definition.spec
  const handoff: Handoff = { from: name, to: name, context: { filesModified, currentState: text.slice(0, STATE_EXCERPT_CHARS), remainingTasks: [] }, reason }
  await durable.effect(`${turnKey}/handoff`, 'progress', { bodies: [{ type: 'handoff', runId: durable.runId, ...handoff }] })
  return handoff
}
