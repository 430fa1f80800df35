import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { ModelToolCall, ToolBatchRequest, ToolBatchResult } from '../../../shared/model.ts'
import type { Reply, StepRef } from '../../../shared/worker-api.ts'
import type { HostStepContext, HostStepOutcome } from '../engine/types.ts'
import type { TaskContext } from './context.ts'
import { runCalls, type AskedCall, type CallOutcome } from './run-calls.ts'

/** Tools whose results the workflow itself reads. */
const RESULTS_AS_DATA: ReadonlySet<string> = new Set(['run_tests', 'get_diagnostics', 'git_commit'])

/** The whole batch of one answer as a durable step. */
export async function toolsStep(context: TaskContext, step: StepRef, request: ToolBatchRequest): Promise<Reply<ToolBatchResult>> {
  try {
    const value = await context.engine.hostStep(step, async (host) => compute(context, step, request, host))
    return { ok: true, value: value as ToolBatchResult }
  } catch (error) {
    return { ok: false, error: toErrorBody(error) }
  }
}

async function compute(context: TaskContext, step: StepRef, request: ToolBatchRequest, host: HostStepContext): Promise<HostStepOutcome<ToolBatchResult>> {
  const task = context.tasks.find(host.run.groupKey ?? '')
  const started = context.clock.now()
  const end = await runCalls(context, { task, runId: step.runId, key: request.inferStepId, agent: request.agent, calls: request.calls.map((call) => toAskedCall(call, request.allowed)), signal: host.signal })
  if (end.state === 'suspend') return { value: { state: 'suspend', suspension: end.suspension }, commit: end.commit }
  return {
    value: {
      state: 'done',
      results: request.calls.map((call, index) => toResult(call, end.outcomes[index])),
      filesModified: end.filesModified,
    },
    commit() {
      end.commit()
      context.tasks.update(task.id, { activeMs: (context.tasks.get(task.id)?.activeMs ?? 0) + context.clock.now() - started })
    },
  }
}

function toAskedCall(call: ModelToolCall, allowed: string[]): AskedCall {
  if (call.rawArgs !== undefined) {
    return { tool: call.name, args: null, refused: new RainyError('INVALID_TOOL_ARGS', `The arguments of ${call.name} are not valid JSON: ${call.rawArgs.slice(0, 200)}`) }
  }
  if (!allowed.includes(call.name)) {
    return { tool: call.name, args: call.args, refused: new RainyError('UNKNOWN_TOOL', `There is no tool ${call.name} here; use one of ${allowed.join(', ')}.`) }
  }
  return { tool: call.name, args: call.args }
}

function toResult(call: ModelToolCall, outcome: CallOutcome | undefined): Extract<ToolBatchResult, { state: 'done' }>['results'][number] {
  if (outcome?.status === 'success') {
    return { callId: call.id, name: call.name, isError: false, content: outcome.content, ...(RESULTS_AS_DATA.has(call.name) ? { data: outcome.result } : {}) }
  }
  const error = outcome?.error ?? { code: 'INTERNAL' as const, message: 'The call gave no result.' }
  return { callId: call.id, name: call.name, isError: true, content: JSON.stringify({ error }) }
}
