import type { ErrorBody } from './errors.ts'
import type { JsonValue } from './json.ts'
import type { InferRequest, InferResult, ToolBatchRequest, ToolBatchResult } from './model.ts'
import type { ProgressBody } from './progress.ts'
import type { ToolInfo } from './tools.ts'

/** Who calls: every infer, tool call and checkpoint carries it, and the host refuses what is stale. */
export interface InvocationRef {
  runId: string
  /** The dispatch that this invocation answers; a newer one makes this one stale. */
  dispatch: number
  attempt: number
  epoch: number
}

/** A step in an invocation. `stepId` is the SDK's hashed id. */
export interface StepRef extends InvocationRef {
  stepId: string
  stepName: string
  /** Hash of what the step was given; stored with the step and compared at each replay. */
  inputHash: string
}

/** Errors cross comlink as values: it would drop their code. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: ErrorBody }

/** What the host offers to a worker, over comlink. */
export interface HostApi {
  /** A step's model call. `resend`: the host does not hold the conversation's first `base` messages. */
  infer(step: StepRef, request: InferRequest): Promise<Reply<InferResult | { state: 'resend' }>>
  /** A step's batch of tool calls. */
  tools(step: StepRef, request: ToolBatchRequest): Promise<Reply<ToolBatchResult>>
  /** A host-side step that is neither: `name` picks it from the task layer's list (`validate`, `record-plan`, `finish-round` …). */
  effect(step: StepRef, name: string, input: JsonValue): Promise<Reply<JsonValue>>
  /** Progress that belongs to no step; rides along with the next commit. */
  progress(ref: InvocationRef, body: ProgressBody): Promise<void>
  /** The SDK's own requests: `/v1/checkpoint/…`, `/e/…`, `/v1/signals`, `/fn/register`. */
  sdk(ref: InvocationRef | null, path: string, method: string, body: string | null): Promise<{ status: number; body: string }>
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void
}

/** One call of the app, as the engine makes it. The wire format is Inngest's: see engine/protocol. */
export interface InvokeRequest {
  ref: InvocationRef
  /** `<appId>-<functionId>` */
  functionId: string
  /** `step` or the hashed id of the one step to run. */
  stepId: string
  /** The JSON body of the call request. */
  body: string
  /** Hashed step id → stored input hash. */
  inputHashes: Record<string, string>
}

export interface InvokeResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** A function as the app registers it (Inngest's own registration shape; the engine parses it with zod). */
export type FunctionRegistration = JsonValue

/** What a worker offers to the host, over comlink. */
export interface WorkerApi {
  /** Once, first. Returns the app's registrations. */
  init(host: HostApi, tools: ToolInfo[]): Promise<{ appId: string; functions: FunctionRegistration[] }>
  invoke(request: InvokeRequest): Promise<InvokeResponse>
  /** Stops an invocation: its pending host calls reject and its result is thrown away. */
  cancel(runId: string, dispatch: number): Promise<void>
  ping(): Promise<{ heapUsedBytes: number }>
}
