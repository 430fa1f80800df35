import type { JsonObject, JsonValue } from '../../../shared/json.ts'
import type { FunctionRegistration, InvocationRef, InvokeRequest, InvokeResponse, StepRef } from '../../../shared/worker-api.ts'

export interface EventInput {
  /** Deduplicates: an event whose id is stored already is not taken again. */
  id?: string
  name: string
  data: JsonObject
  ts?: number
}

/** Where functions live: the worker pool now, apps over HTTP later. */
export interface EngineApp {
  appId: string
  functions: FunctionRegistration[]
  /**
   * Calls the app. Aborting `signal` stops the invocation. `alone`: nothing else may share its thread.
   * Rejects with AppLostError when the thread died or hung under it.
   */
  invoke(request: InvokeRequest, options: { signal: AbortSignal; alone: boolean }): Promise<InvokeResponse>
}

/** The app went away under an invocation. `alone`: nothing else was running there, so this run is to blame. */
export class AppLostError extends Error {
  readonly alone: boolean
  readonly cause_: 'exit' | 'out-of-memory' | 'hung'
  constructor(alone: boolean, cause: 'exit' | 'out-of-memory' | 'hung') {
    super(`the app was lost (${cause})`)
    this.name = 'AppLostError'
    this.alone = alone
    this.cause_ = cause
  }
}

export type RunStatus = 'queued' | 'running' | 'waiting' | 'parked' | 'completed' | 'failed' | 'cancelled'

export interface RunView {
  id: string
  functionId: string
  /** `event.data.taskId` of the event that triggered it: what is adopted, cancelled and interrupted together. Null where there is none. */
  groupKey: string | null
  status: RunStatus
  parentRunId: string | null
  createdAt: number
  event: { id: string; name: string; data: JsonObject }
}

/** Told inside the transaction of what happened, so that the task's row and its progress share the flush. */
export interface EngineHooks {
  runStarted?(run: RunView): void
  runEnded?(run: RunView, outcome: { status: 'completed'; output: JsonValue } | { status: 'failed'; error: { name: string; message: string; code?: string } } | { status: 'cancelled' }): void
  runParked?(run: RunView, reason: 'worker-crash' | 'diverged', message: string): void
  runRecovered?(run: RunView, reason: 'restart' | 'worker-crash', lastStepName: string | undefined): void
}

export interface HostStepContext {
  /** Aborts when the run is cancelled or interrupted, or the engine stops. */
  signal: AbortSignal
  run: RunView
}

/**
 * `commit` runs in the transaction that stores the step's result: effect row, step row, events, one flush. It runs before `value`
 * is serialised, so that what it learns (an approval's id) can still be put into it. `value` is JSON (STEP_NOT_SERIALIZABLE).
 */
export interface HostStepOutcome<T> {
  value: T
  commit?: () => void
}

export interface Engine {
  /** Functions of the app can be triggered and called from here on. */
  register(app: EngineApp): void
  /** Stores events, starts the runs they trigger and ends the waits they match. Joins a transaction that is open. Returns their ids. */
  send(events: EventInput[]): string[]
  /**
   * A step that the host computes. Stale dispatches are refused (error CANCELLED); a stored result is returned without computing;
   * a call of the same step already in flight in this process is joined.
   */
  hostStep<T>(step: StepRef, compute: (context: HostStepContext) => Promise<HostStepOutcome<T>>): Promise<T>
  /** The SDK's own requests from a worker. `headers` (lower case) may be left out: only the event id seed is read. */
  sdk(ref: InvocationRef | null, path: string, method: string, body: string | null, headers?: Record<string, string>): Promise<{ status: number; body: string }>
  /** Lets the runs of this group (or of all) be driven by this process. */
  adopt(groupKey: string | 'all'): void
  /** Ends the runs of the group for good: what runs is aborted, checkpoints are answered 409. Joins an open transaction. */
  cancelGroup(groupKey: string): void
  /** Stops what runs of the group and gives it up, keeping all that is stored: `adopt` goes on. Resolves when nothing of it runs any more. */
  interruptGroup(groupKey: string): Promise<void>
  /** A parked run goes on. */
  unparkGroup(groupKey: string): void
  runsOfGroup(groupKey: string): RunView[]
  /** Whether a run of the group sleeps until a time: it goes on by itself. */
  sleeps(groupKey: string): boolean
  run(runId: string): RunView | undefined
  /** Counts over what is adopted. */
  load(): { queued: number; running: number; waiting: number }
  /** Told, after commit, that something moved. */
  onChange(listener: () => void): Disposable
  /** Starts the loop. Before it nothing runs. */
  start(): void
  /** Aborts what runs, keeps all that is stored. */
  stop(): Promise<void>
}
