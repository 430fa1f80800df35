import type { InvocationRef } from '../../../shared/worker-api.ts'
import { isStored, nameOf, storeOutbox } from './apply-answer.ts'
import type { EngineContext } from './context.ts'
import { idFromSeed, takeEvent, type IncomingEvent } from './event-intake.ts'
import { clearSuspicion } from './lost-app.ts'
import { queueIdOf, type Invocation, type LiveInvocations } from './live-invocations.ts'
import { checkpointSchema, type CheckpointStep } from './protocol/operations.ts'
import { eventSeedSchema, eventsBodySchema, signalBodySchema } from './protocol/events.ts'
import type { RunMachine } from './run-machine.ts'

/** Steps of an agent framework's own bookkeeping are named so; they are done again for nothing where they are lost. */
const BOOKKEEPING_PREFIX = '~'

export interface SdkRequest {
  ref: InvocationRef | null
  path: string
  method: string
  body: string | null
  headers: Record<string, string>
}

type SdkReply = { status: number; body: string }

/** The requests that the SDK makes of its server. Protocol parts 6, 9 and 10. */
export function createSdkRequests(context: EngineContext, machine: RunMachine, live: LiveInvocations): (request: SdkRequest) => SdkReply {
  const { db, steps } = context

  function checkpoint(request: SdkRequest, body: unknown): SdkReply {
    const parsed = checkpointSchema.safeParse(body)
    if (!parsed.success) return refuse(400, `The checkpoint cannot be read: ${parsed.error.issues[0]?.message ?? ''}`)
    const invocation = live.findByQueueId(parsed.data.qi_id)
    const isOwn = request.ref === null || queueIdOf(request.ref) === parsed.data.qi_id
    if (!invocation || !isOwn || invocation.ref.runId !== parsed.data.run_id) return refuse(409, 'This dispatch is stale: another one owns the run, or the run has ended.')
    const fresh = parsed.data.steps
      .map((step) => ({ ...step, state: JSON.stringify({ data: step.data }) }))
      .filter((step) => !isStored(context, invocation.ref.runId, step))
    if (fresh.length === 0 && invocation.outbox.length === 0) return answer({})
    const write = (): void => store(invocation, fresh)
    if (invocation.outbox.length === 0 && fresh.every((step) => nameOf(step).startsWith(BOOKKEEPING_PREFIX))) db.rideAlong(write)
    else db.transaction(write)
    return answer({})
  }

  function store(invocation: Invocation, fresh: Array<CheckpointStep & { state: string }>): void {
    for (const step of fresh) steps.insert({ runId: invocation.ref.runId, stepId: step.id, name: nameOf(step), state: step.state })
    storeOutbox(context, machine, invocation)
    clearSuspicion(context, invocation)
  }

  /**
   * Events sent by a step are stored with its result, in one transaction: a step that is done again after a crash has sent nothing
   * yet, and one that is done sends once. Others are stored at once.
   */
  function events(request: SdkRequest, body: unknown): SdkReply {
    const parsed = eventsBodySchema.safeParse(body)
    if (!parsed.success) return refuse(400, `The events cannot be read: ${parsed.error.issues[0]?.message ?? ''}`)
    const own = parsed.data.find(({ name }) => name.startsWith('inngest/'))
    if (own) return refuse(400, `The event "${own.name}" cannot be sent: names that begin with inngest/ are the engine's own.`)
    const invocation = request.ref === null ? undefined : live.find(request.ref)
    if (request.ref !== null && !invocation) return refuse(409, 'This dispatch is stale: its events are not taken.')
    const seed = eventSeedSchema.safeParse(request.headers['x-inngest-event-id-seed'])
    const incoming = parsed.data.map((event, index): IncomingEvent => {
      const { _inngest: _, ...data } = event.data ?? {}
      const id = event.id ?? (seed.success ? idFromSeed(seed.data, index) : context.ids.ulid())
      return { id, name: event.name, data, ts: event.ts ?? context.clock.now() }
    })
    if (invocation) invocation.outbox.push(...incoming)
    else db.transaction(() => incoming.forEach((event) => takeEvent(context, machine, event)))
    return answer({ ids: incoming.map(({ id }) => id), status: 200 })
  }

  function signal(body: unknown): SdkReply {
    const parsed = signalBodySchema.safeParse(body)
    if (!parsed.success) return refuse(400, `The signal cannot be read: ${parsed.error.issues[0]?.message ?? ''}`)
    const { signal: name, data = null } = parsed.data
    const wait = context.waits.listByTopic('signal', name)[0]
    if (!wait) return refuse(404, `No run waits for the signal "${name}".`)
    db.transaction(() => {
      machine.resolve(wait.runId, { stepId: wait.stepId, name: wait.name, state: JSON.stringify({ data: { signal: name, data } }) })
      machine.settle(wait.runId)
    })
    return answer({ data: { run_id: wait.runId } })
  }

  return (request) => {
    let body: unknown
    try {
      body = request.body === null || request.body === '' ? null : JSON.parse(request.body)
    } catch {
      return refuse(400, 'The body is not JSON.')
    }
    const path = request.path.replace(/^[a-z]+:\/\/[^/]+/i, '').split('?')[0] ?? ''
    if (request.method === 'POST' && /^\/v1\/checkpoint\/[^/]+\/async$/.test(path)) return checkpoint(request, body)
    if (request.method === 'POST' && /^\/e\/[^/]+$/.test(path)) return events(request, body)
    if (request.method === 'POST' && path === '/v1/signals') return signal(body)
    if (request.method === 'POST' && path === '/fn/register') return answer({ ok: true, modified: false })
    return refuse(404, `The embedded engine has no ${request.method} ${path}.`)
  }
}

function answer(body: unknown): SdkReply {
  return { status: 200, body: JSON.stringify(body) }
}

function refuse(status: number, error: string): SdkReply {
  return { status, body: JSON.stringify({ error, status }) }
}
