import type { ErrorBody } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { Handoff, PlanStep } from '../../../shared/plan.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import type { TaskResult, TaskStatus } from '../../../shared/tasks.ts'
import type { BoundedText } from './bounded-text.ts'

type Of<Type extends ProgressEvent['type']> = Extract<ProgressEvent, { type: Type }>
export type ToolStatus = Of<'tool'>['status']

export interface ToolCallItem {
  callId: string
  tool: string
  status: ToolStatus
  args: JsonValue | undefined
  summary: string | undefined
  durationMs: number | undefined
  error: ErrorBody | undefined
  output: BoundedText | undefined
}

/** One row of a task's progress. Rows are immutable: a row that changes is replaced, so an unchanged one is never drawn again. */
export type Item =
  | { kind: 'message'; id: string; ts: number; runId: string | undefined; agent: string; attempt: number; begunAgain: boolean; text: string; streaming: boolean }
  | { kind: 'tools'; id: string; ts: number; runId: string | undefined; tool: string; calls: readonly ToolCallItem[] }
  | { kind: 'step'; id: string; ts: number; runId: string | undefined; step: number; total: number; message: string; agent: string | undefined }
  | { kind: 'handoff'; id: string; ts: number; runId: string | undefined; handoff: Handoff }
  | { kind: 'approval'; id: string; ts: number; approvalId: string; status: Of<'approval'>['status']; decision: string | undefined; tool: string; preview: string }
  | { kind: 'checkpoint'; id: string; ts: number; checkpoint: number; files: readonly string[] }
  | { kind: 'recovered'; id: string; ts: number; reason: Of<'recovered'>['reason']; stepId: string | undefined }
  | { kind: 'complete'; id: string; ts: number; result: TaskResult }
  | { kind: 'failed'; id: string; ts: number; error: ErrorBody; recoverable: boolean }
  | { kind: 'stopped'; id: string; ts: number; how: 'cancelled' | 'interrupted' | 'parked'; reason: string; next: string | undefined }

export interface TaskProgress {
  /** The last event taken in: what a new follow goes on from. */
  seq: number
  items: readonly Item[]
  /** Where a message, a tool call, an approval stands in `items`. */
  index: ReadonlyMap<string, number>
  plan: readonly PlanStep[]
  step: { step: number; total: number; message: string } | undefined
  /** Plan steps that a `step` event has named as begun, in that order. */
  begun: readonly string[]
  status: TaskStatus | undefined
  statusReason: string | undefined
  until: number | undefined
  usage: { inputTokens: number; outputTokens: number; costUsd: number | null; modelCalls: number }
}

export const EMPTY_PROGRESS: TaskProgress = {
  seq: 0,
  items: [],
  index: new Map(),
  plan: [],
  step: undefined,
  begun: [],
  status: undefined,
  statusReason: undefined,
  until: undefined,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0 },
}
