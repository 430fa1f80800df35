import type { InvokeRequest } from '../../../shared/worker-api.ts'
import type { EngineContext } from './context.ts'
import { queueIdOf, type Invocation } from './live-invocations.ts'

/** The protocol's version that this engine speaks. */
const PROTOCOL_VERSION = 2

/**
 * The call request of an invocation. Protocol part 1. One step asked for by its id needs only what led to it, so that a wide
 * fan-out does not carry all its siblings' results. States are put in as the JSON they are stored as, without being read.
 */
export function buildRequest(context: EngineContext, invocation: Invocation): InvokeRequest {
  const { ref, item, run } = invocation
  const wait = item.kind === 'step' ? context.waits.get(run.id, item.stepId) : undefined
  const steps = context.steps.list(run.id, wait?.afterPosition)
  const trigger = context.events.get(run.eventSeq)
  const event = JSON.stringify({ id: trigger.id, name: trigger.name, data: trigger.data, ts: trigger.ts, user: {} })
  const stack = steps.map(({ stepId }) => stepId)
  const ctx = JSON.stringify({
    run_id: run.id,
    fn_id: run.functionId,
    attempt: item.attempt,
    max_attempts: context.functions.get(run.functionId)?.maxAttempts ?? 1,
    qi_id: queueIdOf(ref),
    disable_immediate_execution: item.kind === 'step' || context.waits.isPending(run.id),
    use_api: false,
    stack: { stack, current: stack.length },
  })
  const states = steps.map(({ stepId, state }) => `${JSON.stringify(stepId)}:${state}`).join(',')
  return {
    ref,
    functionId: run.functionId,
    stepId: item.kind === 'step' ? item.stepId : 'step',
    body: `{"version":${PROTOCOL_VERSION},"event":${event},"events":[${event}],"steps":{${states}},"use_api":false,"ctx":${ctx}}`,
    inputHashes: Object.fromEntries(steps.flatMap(({ stepId, inputHash }) => (inputHash === null ? [] : [[stepId, inputHash]]))),
  }
}
