import type { EffectName } from '../../../shared/effects.ts'
import type { JsonObject, JsonValue } from '../../../shared/json.ts'
import type { InferRequest, InferResult, ModelAnswer, ModelMessage, ModelToolCall, ToolBatchRequest, ToolBatchResult } from '../../../shared/model.ts'
import type { ProgressBody } from '../../../shared/progress.ts'
import type { HostApi, StepRef } from '../../../shared/worker-api.ts'

/** One inference as the host sees it: the whole conversation. */
export interface SeenInference {
  request: InferRequest
  messages: ModelMessage[]
  step: StepRef
}

export interface FakeHost extends HostApi {
  inferences: SeenInference[]
  batches: Array<{ request: ToolBatchRequest; step: StepRef }>
  effects: Array<{ name: string; input: JsonObject; step: StepRef }>
  /** Progress events in order. */
  progressBodies: ProgressBody[]
  /** Forgets conversations, as a host that was started anew. */
  forget(): void
  logged: Array<{ level: string; message: string }>
}

export interface FakeHostOptions {
  model(seen: SeenInference, count: number): InferResult | ModelAnswer | Promise<InferResult | ModelAnswer>
  tools?(request: ToolBatchRequest, step: StepRef): ToolBatchResult | Promise<ToolBatchResult>
  effects?: Partial<Record<EffectName, (input: JsonObject, step: StepRef) => JsonValue>>
  sdk: HostApi['sdk']
}

/** Keeps the contract of the real host, memo included: what a step computed once is not computed again. */
export function createFakeHost({ model, tools, effects = {}, sdk }: FakeHostOptions): FakeHost {
  const conversations = new Map<string, ModelMessage[]>()
  const memo = new Map<string, Promise<unknown>>()

  function once<T>(step: StepRef, compute: () => T | Promise<T>): Promise<T> {
    const key = `${step.runId}/${step.stepId}`
    const known = memo.get(key)
    // The memo is keyed by step; whoever wrote it had this type.
    if (known) return known as Promise<T>
    const computed = Promise.resolve(compute())
    memo.set(key, computed)
    return computed
  }

  const host: FakeHost = {
    inferences: [],
    batches: [],
    effects: [],
    progressBodies: [],
    logged: [],
    forget: () => conversations.clear(),
    async infer(step, request) {
      const held = conversations.get(request.conversation) ?? []
      const known = memo.has(`${step.runId}/${step.stepId}`)
      if (!known && request.base > held.length) return { ok: true, value: { state: 'resend' } }
      const value = await once(step, async () => {
        const messages = [...held.slice(0, request.base), ...request.append]
        const seen = { request, messages, step }
        host.inferences.push(seen)
        const answered = await model(seen, host.inferences.length)
        const result: InferResult = 'state' in answered ? answered : { state: 'done', steering: [], answer: answered }
        if (result.state === 'done') {
          conversations.set(request.conversation, [...messages, ...result.steering.map((text) => ({ role: 'user' as const, text })), result.answer.message])
        }
        return result
      })
      return { ok: true, value }
    },
    async tools(step, request) {
      const value = await once(step, () => {
        host.batches.push({ request, step })
        return tools ? tools(request, step) : toolResults(request)
      })
      return { ok: true, value }
    },
    async effect(step, name, input) {
      const value = await once(step, () => {
        const given = input as JsonObject
        host.effects.push({ name, input: given, step })
        if (name === 'progress') host.progressBodies.push(...(given['bodies'] as ProgressBody[]))
        return effects[name as EffectName]?.(given, step) ?? DEFAULT_EFFECTS[name as EffectName]
      })
      return { ok: true, value }
    },
    async progress() {},
    sdk,
    log: (level, message) => void host.logged.push({ level, message }),
  }
  return host
}

const DEFAULT_EFFECTS: Record<EffectName, JsonValue> = {
  progress: {},
  'record-plan': {},
  validate: { tests: { runner: 'npm', passed: 1, failed: 0, skipped: 0, failures: [], output: '' }, diagnostics: { errors: 0, warnings: 0, items: [] }, filesModified: [] },
  'finish-round': {},
  'fail-round': {},
  'run-tool': { error: { code: 'NOT_FOUND', message: 'There is no such file.' } },
  'workspace-summary': { tree: 'src/\n  a.ts' },
}

export function answer(text: string, stop: ModelAnswer['stop'] = 'stop'): ModelAnswer {
  return { message: { role: 'assistant', text, toolCalls: [] }, stop, model: 'fake/model', usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0 } }
}

export function toolAnswer(...calls: Array<Pick<ModelToolCall, 'name' | 'args'> & Partial<ModelToolCall>>): ModelAnswer {
  const toolCalls = calls.map((call, index) => ({ id: `call-${index}`, ...call }))
  return { message: { role: 'assistant', text: '', toolCalls }, stop: 'tool_calls', model: 'fake/model', usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0 } }
}

export function toolResults({ calls }: ToolBatchRequest, filesModified: string[] = []): ToolBatchResult {
  return { state: 'done', results: calls.map(({ id, name }) => ({ callId: id, name, isError: false, content: `result of ${name}` })), filesModified }
}
