import type { ProgressEvent } from '../../../shared/progress.ts'
import { appendText, EMPTY_TEXT } from './bounded-text.ts'
import type { Item, TaskProgress, ToolCallItem } from './items.ts'

type Of<Type extends ProgressEvent['type']> = Extract<ProgressEvent, { type: Type }>
type Draft = Omit<TaskProgress, 'items' | 'index'> & { items: Item[]; index: Map<string, number> }

/**
 * Takes events into a task's progress. Invariants, which the tests cite:
 *  1. An event whose `seq` was taken in before changes nothing: a follow may start again anywhere.
 *  2. However the events are cut into batches, the outcome is the same.
 *  3. A row keeps its place for good; rows are only added at the end.
 */
export function foldProgress(before: TaskProgress, events: readonly ProgressEvent[]): TaskProgress {
  const fresh = events.filter((event) => event.seq > before.seq)
  if (fresh.length === 0) return before
  const draft: Draft = { ...before, items: [...before.items], index: new Map(before.index) }
  for (const event of fresh) {
    if (event.seq <= draft.seq) continue
    foldOne(draft, event)
    draft.seq = event.seq
  }
  return draft
}

function foldOne(draft: Draft, event: ProgressEvent): void {
  const at = { id: `e${event.seq}`, ts: event.ts }
  switch (event.type) {
    case 'status':
      draft.status = event.status
      draft.statusReason = event.reason
      draft.until = event.until
      return
    case 'step':
      return foldStep(draft, event)
    case 'tool':
      return foldTool(draft, event)
    case 'output':
      return changeCall(draft, event.callId, (call) => ({ ...call, output: appendText(call.output ?? EMPTY_TEXT, event.text) }))
    case 'token':
      return foldText(draft, event, true)
    case 'message':
      return foldText(draft, event, false)
    case 'plan':
      draft.plan = event.steps
      draft.begun = []
      return
    case 'handoff': {
      const { from, to, context, reason } = event
      return add(draft, { kind: 'handoff', ...at, runId: event.runId, handoff: { from, to, context, reason } })
    }
    case 'approval':
      return foldApproval(draft, event)
    case 'checkpoint':
      return add(draft, { kind: 'checkpoint', ...at, checkpoint: event.checkpoint, files: event.files })
    case 'usage':
      draft.usage = {
        inputTokens: draft.usage.inputTokens + event.inputTokens,
        outputTokens: draft.usage.outputTokens + event.outputTokens,
        costUsd: event.totalCostUsd,
        modelCalls: draft.usage.modelCalls + 1,
      }
      return
    case 'recovered':
      return add(draft, { kind: 'recovered', ...at, reason: event.reason, stepId: event.stepId })
    case 'complete':
      return add(draft, { kind: 'complete', ...at, result: event.result })
    case 'failed':
      return add(draft, { kind: 'failed', ...at, error: event.error, recoverable: event.recoverable })
    case 'cancelled':
    case 'interrupted':
    case 'parked':
      return add(draft, { kind: 'stopped', ...at, how: event.type, reason: event.reason, next: event.next })
    default:
      event satisfies never
  }
}

function add(draft: Draft, item: Item, key?: string): void {
  if (key !== undefined) draft.index.set(key, draft.items.length)
  draft.items.push(item)
}

function foldStep(draft: Draft, event: Of<'step'>): void {
  draft.step = { step: event.step, total: event.total, message: event.message }
  const named = event.stepId
  if (named !== undefined && draft.plan.some((step) => step.id === named) && !draft.begun.includes(named)) draft.begun = [...draft.begun, named]
  add(draft, { kind: 'step', id: `e${event.seq}`, ts: event.ts, runId: event.runId, step: event.step, total: event.total, message: event.message, agent: event.agent })
}

/** Tokens append; those of a later attempt replace all that came before; the whole message has the last word. */
function foldText(draft: Draft, event: Of<'token'> | Of<'message'>, streaming: boolean): void {
  const key = `m:${event.messageId}`
  const place = draft.index.get(key)
  const attempt = event.type === 'token' ? event.attempt : undefined
  const row = place === undefined ? undefined : draft.items[place]
  if (place === undefined || row?.kind !== 'message') {
    if (event.text.trim() === '' && !streaming) return
    const id = `m${event.messageId}`
    add(draft, { kind: 'message', id, ts: event.ts, runId: event.runId, agent: event.agent, attempt: attempt ?? 0, begunAgain: false, text: event.text, streaming }, key)
    return
  }
  if (attempt !== undefined && attempt < row.attempt) return
  const goesOn = attempt !== undefined && attempt === row.attempt
  draft.items[place] = { ...row, attempt: attempt ?? row.attempt, begunAgain: row.begunAgain || (attempt !== undefined && !goesOn), text: goesOn ? row.text + event.text : event.text, streaming }
}

/** Calls of one run and one tool that follow each other share a row: the parts of one batch. */
function foldTool(draft: Draft, event: Of<'tool'>): void {
  if (draft.index.has(`c:${event.callId}`)) {
    return changeCall(draft, event.callId, (call) => ({
      ...call,
      status: event.status,
      args: event.args ?? call.args,
      summary: event.summary ?? call.summary,
      durationMs: event.durationMs ?? call.durationMs,
      error: event.error,
    }))
  }
  const { callId, tool, status, args, summary, durationMs, error } = event
  const call: ToolCallItem = { callId, tool, status, args, summary, durationMs, error, output: undefined }
  const lastPlace = draft.items.length - 1
  const last = draft.items[lastPlace]
  if (last?.kind === 'tools' && last.tool === tool && last.runId === event.runId) {
    draft.items[lastPlace] = { ...last, calls: [...last.calls, call] }
    draft.index.set(`c:${callId}`, lastPlace)
    return
  }
  add(draft, { kind: 'tools', id: `e${event.seq}`, ts: event.ts, runId: event.runId, tool, calls: [call] }, `c:${callId}`)
}

function changeCall(draft: Draft, callId: string, change: (call: ToolCallItem) => ToolCallItem): void {
  const place = draft.index.get(`c:${callId}`)
  const row = place === undefined ? undefined : draft.items[place]
  if (place === undefined || row?.kind !== 'tools') return
  draft.items[place] = { ...row, calls: row.calls.map((call) => (call.callId === callId ? change(call) : call)) }
}

function foldApproval(draft: Draft, event: Of<'approval'>): void {
  const key = `a:${event.approvalId}`
  const place = draft.index.get(key)
  const row = place === undefined ? undefined : draft.items[place]
  const { approvalId, status, decision, tool, preview } = event
  const item: Item = { kind: 'approval', id: row?.id ?? `e${event.seq}`, ts: row?.ts ?? event.ts, approvalId, status, decision, tool, preview }
  if (place === undefined) add(draft, item, key)
  else draft.items[place] = item
}
