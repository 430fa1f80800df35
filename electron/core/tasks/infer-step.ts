import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { InferRequest, InferResult, ModelAnswer, ModelMessage, ModelTool, Suspension } from '../../../shared/model.ts'
import type { Reply, StepRef } from '../../../shared/worker-api.ts'
import type { HostStepContext, HostStepOutcome } from '../engine/types.ts'
import type { MessageRow } from '../store/message-store.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { TaskContext } from './context.ts'
import type { Conversations } from './conversations.ts'
import { createTokenGate, readableAnswer } from './readable-answer.ts'
import { noteSuspension } from './suspend.ts'
import { createTokenBuffer } from './token-buffer.ts'

const OFFLINE_RETRY_MS = 15_000
/** Leaves room for the attempts of the gateway between two dispatches of the run, so that attempt numbers only grow. */
const ATTEMPTS_A_DISPATCH = 100

/**
 * One model call as a durable step. The answer, its usage and the message event are stored in one flush; what is stored is never
 * asked again.
 */
export async function inferStep(context: TaskContext, conversations: Conversations, step: StepRef, request: InferRequest): Promise<Reply<InferResult | { state: 'resend' }>> {
  const conversation = `${step.runId}/${request.conversation}`
  const messages = conversations.extend(conversation, request.base, request.append)
  if (!messages) return { ok: true, value: { state: 'resend' } }
  const asked = messages.length
  try {
    const value = await context.engine.hostStep(step, async (host) => compute(context, step, request, messages, host))
    // The worker takes these for held too: what it sends next follows them.
    if (value.state === 'done') conversations.extend(conversation, asked, [...value.steering.map((text): ModelMessage => ({ role: 'user', text })), value.answer.message])
    return { ok: true, value }
  } catch (error) {
    return { ok: false, error: toErrorBody(error) }
  }
}

async function compute(context: TaskContext, step: StepRef, request: InferRequest, messages: readonly ModelMessage[], host: HostStepContext): Promise<HostStepOutcome<InferResult>> {
  const { tasks, messages: inbox, clock } = context
  const task = tasks.find(host.run.groupKey ?? '')
  const blocked = limitReached(context, task)
  if (blocked) return suspend(context, task.id, blocked)
  const steering = host.run.parentRunId === null ? inbox.untaken(task.id) : []
  const started = clock.now()
  try {
    const answer = await ask(context, step, task, request, [...messages, ...steering.map((one): ModelMessage => ({ role: 'user', text: one.text }))], host.signal)
    return answered(context, step, task, request, { answer, steering, durationMs: clock.now() - started })
  } catch (error) {
    return failed(context, task, error)
  }
}

async function ask({ gateway, progress, clock, toolInfos }: TaskContext, step: StepRef, task: TaskRow, request: InferRequest, messages: readonly ModelMessage[], signal: AbortSignal): Promise<ModelAnswer> {
  const tokens = createTokenBuffer(clock, (body) => progress.appendSoon(task.id, body))
  let gate = { attempt: 0, isOpen: createTokenGate(request.agent) }
  try {
    return await gateway.infer(
      {
        system: request.system,
        messages,
        tools: request.tools.flatMap((name) => modelTool(toolInfos.get(name))),
        json: request.json,
        agent: request.agent,
        ...(request.maxOutputTokens ? { maxOutputTokens: request.maxOutputTokens } : {}),
      },
      {
        chain: task.header.roles[request.role] ?? [],
        signal,
        onToken(attempt, text) {
          if (gate.attempt !== attempt) gate = { attempt, isOpen: createTokenGate(request.agent) }
          if (!gate.isOpen(text)) return
          tokens.push({ type: 'token', runId: step.runId, messageId: messageId(step), attempt: step.dispatch * ATTEMPTS_A_DISPATCH + attempt, agent: request.agent, text })
        },
      },
    )
  } finally {
    tokens.flush()
  }
}

function answered(
  context: TaskContext,
  step: StepRef,
  task: TaskRow,
  request: InferRequest,
  { answer, steering, durationMs }: { answer: ModelAnswer; steering: MessageRow[]; durationMs: number },
): HostStepOutcome<InferResult> {
  const { modelCalls, messages, progress, tasks, gateway, clock } = context
  return {
    value: { state: 'done', steering: steering.map((one) => one.text), answer },
    commit() {
      const costUsd = gateway.priceOf(answer.model, answer.usage)
      modelCalls.add({
        id: `${step.runId}.${step.stepId}`,
        taskId: task.id,
        runId: step.runId,
        stepId: step.stepId,
        agent: request.agent,
        model: answer.model,
        inputTokens: answer.usage.inputTokens,
        outputTokens: answer.usage.outputTokens,
        cachedTokens: answer.usage.cachedInputTokens,
        costUsd,
        durationMs,
        createdAt: clock.now(),
      })
      for (const message of steering) messages.take(task.id, message.position, step.stepId)
      const text = readableAnswer(request.agent, answer.message.text)
      if (text !== '') progress.append(task.id, { type: 'message', runId: step.runId, messageId: messageId(step), agent: request.agent, text })
      progress.append(task.id, {
        type: 'usage',
        runId: step.runId,
        model: answer.model,
        inputTokens: answer.usage.inputTokens,
        outputTokens: answer.usage.outputTokens,
        costUsd,
        totalCostUsd: modelCalls.totals(task.id).costUsd,
      })
      tasks.update(task.id, { activeMs: (tasks.get(task.id)?.activeMs ?? 0) + durationMs })
    },
  }
}

function limitReached({ modelCalls }: TaskContext, task: TaskRow): Suspension | undefined {
  const totals = modelCalls.totals(task.id)
  if (totals.modelCalls >= task.header.limits.maxTurns) return { on: 'turn-limit' }
  if (task.header.budgetUsd !== null && (totals.costUsd ?? 0) >= task.header.budgetUsd) return { on: 'budget' }
  if (task.activeMs >= task.header.limits.taskTimeoutMs) return { on: 'time-limit' }
  return undefined
}

/** A named end of a rate limit and a lost network are waited for; all else is final, since the gateway has tried what there is. */
function failed(context: TaskContext, task: TaskRow, error: unknown): HostStepOutcome<InferResult> {
  if (!(error instanceof RainyError) || error.code === 'CANCELLED') throw error
  const retryAt = error.details?.['retryAt']
  if (error.code === 'PROVIDER_RATE_LIMITED' && typeof retryAt === 'number') return suspend(context, task.id, { on: 'until', at: retryAt, reason: 'rate-limit' })
  if (error.code === 'PROVIDER_UNREACHABLE') return suspend(context, task.id, { on: 'until', at: context.clock.now() + OFFLINE_RETRY_MS, reason: 'offline' })
  if (error.code === 'BUDGET_EXHAUSTED') return suspend(context, task.id, { on: 'budget' })
  return { value: { state: 'failed', error: toErrorBody(error) } }
}

function suspend(context: TaskContext, taskId: string, suspension: Suspension): HostStepOutcome<InferResult> {
  return { value: { state: 'suspend', suspension }, commit: () => noteSuspension(context, taskId, suspension) }
}

function modelTool(info: { name: string; description: string; inputSchema: ModelTool['inputSchema'] } | undefined): ModelTool[] {
  return info ? [{ name: info.name, description: info.description, inputSchema: info.inputSchema }] : []
}

/** The same for every attempt at the same answer. */
function messageId(step: StepRef): string {
  return `${step.runId}.${step.stepId.slice(0, 12)}`
}
