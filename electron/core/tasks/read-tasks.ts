import type { z } from 'zod'
import type { OperationParsedInput } from '../../../shared/api.ts'
import { FINISHED_STATUSES, stepViewSchema, toolCallViewSchema, type TaskDetail, type TaskSummary } from '../../../shared/tasks.ts'
import type { ApprovalView } from '../../../shared/api.ts'
import type { ModelCallStore } from '../store/model-call-store.ts'
import type { ProgressStore } from '../store/progress-store.ts'
import type { TaskRow, TaskStore } from '../store/task-store.ts'
import { asParkedReason, nextCommand } from './suspend.ts'

/** What reading takes: the store alone, so that a command can read while another process owns it, or none does. */
export interface TaskReading {
  tasks: TaskStore
  progress: ProgressStore
  modelCalls: ModelCallStore
  pendingApprovals(taskId: string): ApprovalView[]
  changesOfTask(taskId: string): TaskDetail['changes']
  checkpointsOfTask(taskId: string): TaskDetail['checkpoints']
  /** The epoch of the owner that lives now, or undefined. */
  livingEpoch(): number | undefined
}

export function listTasks(reading: TaskReading, input: OperationParsedInput<'tasks.list'>): TaskSummary[] {
  return reading.tasks.list({ limit: input.limit, ...(input.workspace === undefined ? {} : { workspace: input.workspace }) }).map((row) => summarize(reading, row))
}

export function summarize({ livingEpoch }: Pick<TaskReading, 'livingEpoch'>, row: TaskRow): TaskSummary {
  const status = isInterrupted(row, livingEpoch()) ? 'interrupted' : row.status
  return {
    id: row.id,
    task: row.text,
    status,
    ...(row.reason !== null && status !== 'interrupted' && status !== 'running' ? { reason: row.reason } : {}),
    intent: row.intent,
    workspace: row.workspace,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}

/** Not finished, and no living owner's epoch drives it. What is parked waits for a person, whoever lives. */
function isInterrupted(row: TaskRow, living: number | undefined): boolean {
  if (FINISHED_STATUSES.has(row.status) || row.status === 'parked') return false
  return row.epoch !== living
}

export function readTask(reading: TaskReading, idOrPrefix: string): TaskDetail {
  const { tasks, progress, modelCalls } = reading
  const row = tasks.find(idOrPrefix)
  const summary = summarize(reading, row)
  const next = nextOf(reading, row, summary)
  return {
    ...summary,
    mode: row.header.mode,
    round: row.round,
    plan: row.plan,
    steps: progress.readTypes(row.id, ['step']).map((event) => stepViewSchema.parse(event)),
    toolCalls: latestToolCalls(progress, row.id),
    changes: reading.changesOfTask(row.id),
    checkpoints: reading.checkpointsOfTask(row.id),
    usage: modelCalls.totals(row.id),
    ...(row.result ? { result: row.result } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(next ? { next } : {}),
  }
}

function latestToolCalls(progress: ProgressStore, taskId: string): TaskDetail['toolCalls'] {
  const calls = new Map<string, z.infer<typeof toolCallViewSchema>>()
  for (const event of progress.readTypes(taskId, ['tool'])) {
    const call = toolCallViewSchema.parse(event)
    calls.set(call.callId, { ...calls.get(call.callId), ...call })
  }
  return [...calls.values()]
}

function nextOf({ pendingApprovals }: TaskReading, row: TaskRow, summary: TaskSummary): string | undefined {
  if (summary.status === 'interrupted') return `rainy resume ${row.id}`
  const reason = summary.status === 'parked' ? asParkedReason(row.reason) : undefined
  return reason ? nextCommand(reason, row.id, pendingApprovals(row.id)) : undefined
}
