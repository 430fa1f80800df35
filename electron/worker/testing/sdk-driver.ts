import type { JsonObject, JsonValue } from '../../../shared/json.ts'
import type { HostApi, InvokeRequest, InvokeResponse } from '../../../shared/worker-api.ts'

/** As much of an engine as the tests of workflows need: one process, no time, all in memory. */
export interface Driver {
  /** Starts a run and drives it, and what it calls, until nothing can move. */
  start(functionId: string, eventName: string, data: JsonObject): Promise<RunState>
  /** A run that had come as far as these steps when everything died: goes on from there. */
  resume(functionId: string, eventName: string, data: JsonObject, steps: Iterable<[string, StoredStep]>): Promise<RunState>
  /** Ends the waits that an event matches, by the approval or task it names, and drives on. */
  send(name: string, data: JsonObject): Promise<void>
  /** Drives on after something outside changed. */
  go(): Promise<void>
  runs: Map<string, RunState>
  /** The answers to `sdk` requests of the app: give it to the fake host. */
  sdk: HostApi['sdk']
}

export interface RunState {
  id: string
  functionId: string
  event: JsonObject
  steps: Map<string, StoredStep>
  names: Map<string, string>
  status: 'running' | 'completed' | 'failed' | 'diverged'
  output?: JsonValue
  error?: { name: string; message: string }
  pending: Map<string, Op>
  /** Condition of a wait → the newest event that ended one. */
  taken: Map<string, number>
  dispatch: number
  requests: number
  /** Child runs report here. */
  caller?: { runId: string; stepId: string }
}

export interface StoredStep {
  data?: JsonValue
  error?: JsonValue
  inputHash?: string
}

interface Op {
  id: string
  op: string
  name?: string | null
  displayName?: string
  data?: JsonValue
  error?: JsonObject
  opts?: { input?: JsonValue[]; function_id?: string; payload?: { data?: JsonObject }; if?: string }
}

export interface DriverOptions {
  invoke(request: InvokeRequest): Promise<InvokeResponse>
  appId: string
}

export function createDriver({ invoke, appId }: DriverOptions): Driver {
  const runs = new Map<string, RunState>()
  const events: JsonObject[] = []
  let count = 0

  function store(run: RunState, op: Op): void {
    if (run.steps.has(op.id)) return
    const inputHash = op.opts?.input?.[0]
    run.steps.set(op.id, {
      ...(op.error ? { error: op.error } : { data: op.data ?? null }),
      ...(typeof inputHash === 'string' ? { inputHash } : {}),
    })
    run.names.set(op.id, op.displayName ?? op.id)
    run.pending.delete(op.id)
  }

  function create(functionId: string, name: string, data: JsonObject): RunState {
    count += 1
    const run: RunState = {
      id: `run-${count}`,
      functionId,
      event: { name, data, id: `event-${count}`, ts: 1, user: {} },
      steps: new Map(),
      names: new Map(),
      status: 'running',
      pending: new Map(),
      taken: new Map(),
      dispatch: 0,
      requests: 0,
    }
    runs.set(run.id, run)
    return run
  }

  async function call(run: RunState, stepId: string): Promise<Op[]> {
    run.dispatch += 1
    run.requests += 1
    const steps: Record<string, StoredStep> = {}
    const inputHashes: Record<string, string> = {}
    for (const [id, { inputHash, ...stored }] of run.steps) {
      steps[id] = stored
      if (inputHash !== undefined) inputHashes[id] = inputHash
    }
    const ctx = {
      run_id: run.id,
      fn_id: run.functionId,
      qi_id: String(run.dispatch),
      attempt: 0,
      max_attempts: 4,
      stack: { stack: [...run.steps.keys()], current: run.steps.size },
      disable_immediate_execution: run.pending.size > 0,
      use_api: false,
    }
    const response = await invoke({
      ref: { runId: run.id, dispatch: run.dispatch, attempt: 0, epoch: 1 },
      functionId: run.functionId,
      stepId,
      body: JSON.stringify({ version: 2, event: run.event, events: [run.event], steps, ctx }),
      inputHashes,
    })
    if (response.status === 206) return JSON.parse(response.body) as Op[]
    if (response.status === 200) return [{ id: 'complete', op: 'RunComplete', data: JSON.parse(response.body) as JsonValue }]
    const failure = JSON.parse(response.body) as { name: string; message: string }
    run.status = failure.name === 'RunDivergedError' ? 'diverged' : 'failed'
    run.error = { name: failure.name, message: failure.message }
    return []
  }

  function matches(op: Op, event: JsonObject): boolean {
    const data = event['data'] as JsonObject
    if (op.name !== event['name']) return false
    const wanted = /async\.data\.(\w+) == "([^"]*)"/.exec(op.opts?.if ?? '')
    return wanted !== null && data[wanted[1] ?? ''] === wanted[2]
  }

  /** One event ends one wait of the same condition, as in the engine. */
  function endWait(run: RunState, op: Op, index: number): void {
    run.taken.set(op.opts?.if ?? '', index)
    store(run, { ...op, data: events[index] ?? null })
  }

  function settle(run: RunState, op: Op): void {
    switch (op.op) {
      case 'RunComplete':
        run.status = 'completed'
        run.output = op.data ?? null
        break
      case 'StepRun':
      case 'StepFailed':
        store(run, op)
        break
      case 'StepError':
        throw new Error(`a step is to be retried, which no test here wants: ${JSON.stringify(op.error)}`)
      case 'Sleep':
        // No time passes here: a sleep is over at once.
        store(run, { ...op, data: null })
        break
      case 'WaitForEvent': {
        const taken = run.taken.get(op.opts?.if ?? '') ?? -1
        const found = events.findIndex((event, index) => index > taken && matches(op, event))
        run.pending.set(op.id, op)
        if (found >= 0) endWait(run, op, found)
        break
      }
      case 'InvokeFunction': {
        if (run.pending.has(op.id)) break
        run.pending.set(op.id, op)
        const child = create(op.opts?.function_id ?? '', 'inngest/function.invoked', op.opts?.payload?.data ?? {})
        child.caller = { runId: run.id, stepId: op.id }
        break
      }
      case 'StepPlanned':
        run.pending.set(op.id, op)
        break
      default:
        throw new Error(`the driver does not know ${op.op}`)
    }
  }

  async function advance(run: RunState): Promise<boolean> {
    const before = `${run.steps.size}/${run.pending.size}/${run.status}`
    const planned = [...run.pending.values()].filter((op) => op.op === 'StepPlanned')
    if (planned.length > 0) {
      for (const op of planned) for (const answer of await call(run, op.id)) settle(run, answer)
    } else if ([...run.pending.values()].length === 0) {
      for (const op of await call(run, 'step')) settle(run, op)
    }
    return before !== `${run.steps.size}/${run.pending.size}/${run.status}`
  }

  function reportToCallers(): boolean {
    let moved = false
    for (const run of runs.values()) {
      if (run.status !== 'completed' || !run.caller) continue
      const caller = runs.get(run.caller.runId)
      const op = caller?.pending.get(run.caller.stepId)
      if (!caller || !op) continue
      store(caller, { ...op, data: run.output ?? null })
      moved = true
    }
    return moved
  }

  let going: Promise<void> | undefined
  let asked = false

  /** One round at a time: an engine, too, invokes a run once at a time. */
  function go(): Promise<void> {
    asked = true
    going ??= (async () => {
      while (asked) {
        asked = false
        await goOnce()
      }
    })().finally(() => (going = undefined))
    return going
  }

  async function goOnce(): Promise<void> {
    for (let moved = true; moved; ) {
      moved = reportToCallers()
      const due = [...runs.values()].filter((run) => run.status === 'running')
      const results = await Promise.all(due.map(advance))
      moved = results.some(Boolean) || moved
    }
  }

  return {
    runs,
    go,
    async start(functionId, name, data) {
      const run = create(`${appId}-${functionId}`, name, data)
      await go()
      return run
    },
    async resume(functionId, eventName, data, steps) {
      const run = create(`${appId}-${functionId}`, eventName, data)
      for (const [id, step] of steps) run.steps.set(id, step)
      await go()
      return run
    },
    async send(name, data) {
      count += 1
      const event = { name, data, id: `event-${count}`, ts: 1 }
      events.push(event)
      for (const run of runs.values()) {
        for (const op of run.pending.values()) if (op.op === 'WaitForEvent' && matches(op, event)) endWait(run, op, events.length - 1)
      }
      await go()
    },
    async sdk(ref, path, _method, body) {
      const runId = /^\/v1\/checkpoint\/([^/]+)\/async/.exec(path)?.[1]
      const run = runs.get(runId ?? '')
      if (!run || !ref || ref.runId !== runId || ref.dispatch !== run.dispatch) return { status: 409, body: '{}' }
      const { steps } = JSON.parse(body ?? '{}') as { steps: Op[] }
      for (const op of steps) store(run, op)
      return { status: 200, body: '{}' }
    },
  }
}
