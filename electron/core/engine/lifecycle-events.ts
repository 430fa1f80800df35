import type { JsonValue } from '../../../shared/json.ts'
import type { StoredEvent } from '../store/event-store.ts'
import type { RunRow } from '../store/run-store.ts'
import type { WireError } from './protocol/operations.ts'

export const INVOKED = 'inngest/function.invoked'
const FINISHED = 'inngest/function.finished'
const FAILED = 'inngest/function.failed'
const CANCELLED = 'inngest/function.cancelled'

type Ending = { status: 'completed'; output: JsonValue } | { status: 'failed'; error: WireError } | { status: 'cancelled' }

/** What the end of a run tells others; of runs that such an event started, nothing, or it would never end. Protocol part 8. */
export function runFinishedEvents(run: RunRow, trigger: StoredEvent, ending: Ending): Array<{ id: string; name: string; data: Record<string, JsonValue> }> {
  if (trigger.name === FINISHED || trigger.name === FAILED || trigger.name === CANCELLED) return []
  const event = { id: trigger.id, name: trigger.name, data: trigger.data, ts: trigger.ts, user: {} }
  const data: Record<string, JsonValue> = {
    function_id: run.functionId,
    run_id: run.id,
    event,
    events: [event],
    ...(run.parentRunId === null ? {} : { correlation_id: `${run.parentRunId}.${run.parentStepId}` }),
    _inngest: { status: ending.status === 'completed' ? 'Completed' : ending.status === 'failed' ? 'Failed' : 'Cancelled' },
    ...resultOf(ending),
  }
  const finished = { id: `${run.id}:finished`, name: FINISHED, data }
  if (ending.status === 'failed') return [{ id: `${run.id}:failed`, name: FAILED, data }, finished]
  if (ending.status === 'cancelled') return [{ id: run.id, name: CANCELLED, data }, finished]
  return [finished]
}

function resultOf(ending: Ending): Record<string, JsonValue> {
  switch (ending.status) {
    case 'completed':
      return { result: ending.output }
    case 'failed':
      // Read from JSON, so it is JSON; the SDK's deserializer wants its mark.
      return { error: { ...(ending.error as Record<string, JsonValue>), __serialized: true } }
    case 'cancelled':
      return { error: { name: 'Error', message: 'The function was cancelled.' } }
    default:
      return ending satisfies never
  }
}
