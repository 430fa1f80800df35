import { createHash } from 'node:crypto'
import { RainyError } from '../../../shared/errors.ts'
import type { InvocationRef, InvokeRequest, InvokeResponse } from '../../../shared/worker-api.ts'
import { callSchema, type CallBody } from './protocol/call.ts'
import type { Engine, EngineApp } from './types.ts'

/** A function as a script: what the SDK would find in its code. */
export type Instruction =
  | { kind: 'run'; name: string; failures?: number }
  /** Its work is done by the host, in `engine.hostStep`. */
  | { kind: 'host'; name: string }
  | { kind: 'sleep'; name: string; duration: string }
  | { kind: 'wait'; name: string; event: string }
  | { kind: 'invoke'; name: string; functionId: string }
  | { kind: 'parallel'; branches: Instruction[][] }
type Leaf = Exclude<Instruction, { kind: 'parallel' }>

export interface FakeAppOptions {
  appId: string
  functions: Record<string, Instruction[]>
  engine(): Engine
  /** Everything the app does waits here first: the test decides what happens when. */
  gate(label: string): Promise<void>
  /** Told as a step's own work is done, with who does it. */
  perform?(work: { runId: string; stepId: string; name: string; failures: number }): void
  /** In the transaction of a host step. */
  commit?(work: { runId: string; stepId: string }): void
  retries?: number
}

export interface FakeApp extends EngineApp {
  /** The last checkpoints that were sent, to be sent again. */
  sent: Array<{ ref: InvocationRef; body: string; status: number }>
  invoked: Array<{ request: InvokeRequest; call: CallBody; alone: boolean }>
}

export const idOf = (name: string): string => createHash('sha1').update(name).digest('hex')

/**
 * An app that answers as the SDK does, at the pace that a test sets: inline steps with checkpoints, plans for what is parallel,
 * one step by its id, results by 206 at later attempts.
 */
export function createFakeApp(options: FakeAppOptions): FakeApp {
  const { appId, gate, retries = 4 } = options
  const sent: FakeApp['sent'] = []
  const invoked: FakeApp['invoked'] = []
  const failed = new Map<string, number>()

  async function execute(ref: InvocationRef, leaf: Leaf): Promise<object> {
    const id = idOf(leaf.name)
    const common = { id, name: leaf.name, displayName: leaf.name, userland: { id: leaf.name } }
    await gate(`execute ${leaf.name}`)
    if (leaf.kind === 'host') {
      const step = { ...ref, stepId: id, stepName: leaf.name, inputHash: `hash of ${leaf.name}` }
      const data = await options.engine().hostStep(step, async ({ signal }) => {
        options.perform?.({ runId: ref.runId, stepId: id, name: leaf.name, failures: 0 })
        await gate(`compute ${leaf.name}`)
        if (signal.aborted) throw new RainyError('CANCELLED', 'The host step was stopped.')
        return { value: `did ${leaf.name}`, commit: () => options.commit?.({ runId: ref.runId, stepId: id }) }
      })
      return { ...common, op: 'StepRun', data }
    }
    options.perform?.({ runId: ref.runId, stepId: id, name: leaf.name, failures: leaf.kind === 'run' ? (leaf.failures ?? 0) : 0 })
    const key = `${ref.runId} ${leaf.name}`
    const failures = failed.get(key) ?? 0
    if (leaf.kind === 'run' && failures < (leaf.failures ?? 0)) {
      failed.set(key, failures + 1)
      return { ...common, op: 'StepError', error: { name: 'Error', message: `${leaf.name} failed` }, data: null }
    }
    return { ...common, op: 'StepRun', data: `did ${leaf.name}` }
  }

  async function run(request: InvokeRequest, call: CallBody): Promise<InvokeResponse> {
    const script = options.functions[request.functionId] ?? []
    const state = new Set(Object.keys(call.steps))
    const { attempt, disable_immediate_execution: planOnly } = call.ctx
    if (request.stepId !== 'step') {
      const leaf = leaves(script).find(({ name }) => idOf(name) === request.stepId)
      if (!leaf) throw new Error(`no step ${request.stepId}`)
      return operations([await execute(request.ref, leaf)])
    }
    for (;;) {
      const found = frontier(script, state)
      const only = found.length === 1 ? found[0] : undefined
      if (found.length === 0) return operations([{ op: 'RunComplete', id: idOf('complete'), data: state.size }])
      if (planOnly || !only || (only.kind !== 'run' && only.kind !== 'host')) return operations(found.map(announce))
      const result = await execute(request.ref, only)
      if ('error' in result || attempt > 0) return operations([result])
      const body = JSON.stringify({ run_id: request.ref.runId, fn_id: call.ctx.fn_id, qi_id: call.ctx.qi_id, steps: [result], ts: 0 })
      await gate(`checkpoint ${only.name}`)
      const { status } = await options.engine().sdk(request.ref, `/v1/checkpoint/${request.ref.runId}/async`, 'POST', body)
      sent.push({ ref: request.ref, body, status })
      if (status === 409) return error(400, { name: 'StaleDispatchError', message: 'stale' })
      state.add(idOf(only.name))
    }
  }

  return {
    appId,
    sent,
    invoked,
    functions: Object.keys(options.functions).map((id) => ({
      id,
      name: id,
      triggers: [{ event: id }],
      steps: { step: { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://app' }, retries: { attempts: retries } } },
    })),
    async invoke(request, { alone }) {
      const call = callSchema.parse(JSON.parse(request.body))
      invoked.push({ request, call, alone })
      const answer = await run(request, call).catch((thrown: unknown) => error(500, { name: 'Error', message: String(thrown) }))
      await gate('answer')
      return answer
    },
  }
}

function leaves(script: Instruction[]): Leaf[] {
  return script.flatMap((instruction) => (instruction.kind === 'parallel' ? instruction.branches.flatMap(leaves) : [instruction]))
}

/** The steps that the code would be waiting for, given what is done. */
function frontier(script: Instruction[], done: Set<string>): Leaf[] {
  for (const instruction of script) {
    if (instruction.kind === 'parallel') {
      const found = instruction.branches.flatMap((branch) => frontier(branch, done))
      if (found.length > 0) return found
    } else if (!done.has(idOf(instruction.name))) return [instruction]
  }
  return []
}

function announce(leaf: Leaf): object {
  const common = { id: idOf(leaf.name), displayName: leaf.name, userland: { id: leaf.name } }
  switch (leaf.kind) {
    case 'run':
    case 'host':
      return { ...common, op: 'StepPlanned', name: leaf.name }
    case 'sleep':
      return { ...common, op: 'Sleep', name: leaf.duration }
    case 'wait':
      return { ...common, op: 'WaitForEvent', name: leaf.event, opts: { timeout: '1h' } }
    case 'invoke':
      return { ...common, op: 'InvokeFunction', opts: { function_id: leaf.functionId, payload: { data: {} } } }
    default:
      return leaf satisfies never
  }
}

function operations(list: object[]): InvokeResponse {
  return { status: 206, headers: {}, body: JSON.stringify(list) }
}

function error(status: number, body: object): InvokeResponse {
  return { status, headers: { 'x-inngest-no-retry': String(status === 400) }, body: JSON.stringify(body) }
}
