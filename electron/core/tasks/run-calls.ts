import type { ApprovalView } from '../../../shared/api.ts'
import { RainyError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { Suspension } from '../../../shared/model.ts'
import type { AskInput } from '../approvals/types.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { BatchCall, BatchEnd, BatchOutcome, DoubtDecision, PreparedCall } from '../tools/types.ts'
import type { Workspace } from '../workspace/types.ts'
import { refusedTo } from './agent-limits.ts'
import type { TaskContext } from './context.ts'
import { noteSuspension } from './suspend.ts'
import { createTokenBuffer } from './token-buffer.ts'
import { policyRules } from './policy-rules.ts'

/** A call as it was asked for: `refused` where it cannot even be prepared (unknown name, arguments that are no JSON). */
export interface AskedCall {
  tool: string
  args: JsonValue
  refused?: RainyError
}

export interface CallsInput {
  task: TaskRow
  runId: string
  /** With the index the journal's key: the same over all tries of these calls. */
  key: string
  calls: AskedCall[]
  /** Who asks; absent where the program itself does. */
  agent?: string
  signal: AbortSignal
}

/** `commit` belongs into the transaction that stores the step. `outcomes` stand in the order of the calls. */
export type CallsEnd =
  | { state: 'done'; outcomes: CallOutcome[]; filesModified: string[]; commit(): void }
  | { state: 'suspend'; suspension: Suspension; commit(): void }

export type CallOutcome = { status: 'success'; result: JsonValue; content: string } | { status: 'error'; error: ErrorBody }

type Judged = { run: BatchCall } | { refuse: RainyError; denied: boolean } | { ask: AskInput }

/** Agents' batches run ten at a time. */
const AGENT_CONCURRENCY = 10

/**
 * Prepare all, judge all, then run: nothing runs while anything of the batch waits for someone, so that each approval shows what
 * the others have not changed yet.
 */
export async function runCalls(context: TaskContext, input: CallsInput): Promise<CallsEnd> {
  const workspace = await context.workspaces.open(input.task.workspace)
  const prepared = await Promise.all(input.calls.map(async (call) => prepare(context, call, workspace, input.signal)))
  const rules = await policyRules(context, input.task.workspace)
  const judged = prepared.map((one, index) => judge(context, input, one, index, rules))
  const asks = judged.flatMap((one) => ('ask' in one ? [one.ask] : []))
  if (asks.length > 0) return suspended(context, input.task.id, asks)
  return execute(context, input, judged, workspace)
}

async function prepare({ executor }: TaskContext, call: AskedCall, workspace: Workspace, signal: AbortSignal): Promise<PreparedCall | RainyError> {
  if (call.refused) return call.refused
  try {
    return await executor.prepare(call.tool, call.args, workspace, signal)
  } catch (error) {
    if (error instanceof RainyError && error.code !== 'CANCELLED') return error
    throw error
  }
}

function judge(context: TaskContext, input: CallsInput, prepared: PreparedCall | RainyError, index: number, rules: Awaited<ReturnType<typeof policyRules>>): Judged {
  if (prepared instanceof RainyError) return { refuse: prepared, denied: false }
  const { task, runId, key, agent } = input
  const limited = agent === undefined ? undefined : refusedTo(agent, prepared.subject)
  if (limited) return { refuse: limited, denied: true }
  const callKey = `${runId}/${key}/${index}`
  const run: BatchCall = { prepared, key: { taskId: task.id, runId, inferStepId: key, index } }
  const decisions = decisionsInDoubt(context, callKey, prepared.subject.hash)
  if (decisions.length > 0) return { run: { ...run, decisions } }
  const verdict = context.policy.judge(prepared.subject, { mode: task.header.mode, trusted: context.trust.isTrusted(task.workspace), rules })
  if (verdict.verdict === 'allow') return { run }
  if (verdict.verdict === 'deny') return { refuse: new RainyError('DENIED', verdict.why), denied: true }
  const decision = context.inbox.decisionFor(callKey, 'approval', prepared.subject.hash)
  if (decision === 'approve') return { run }
  if (decision === 'deny') return { refuse: new RainyError('DENIED', 'The user said no to this call. Do not try it again in another way; ask or go on without it.'), denied: true }
  return { ask: askFor(input, prepared, callKey, 'approval', verdict.alwaysRule) }
}

/** Each doubt about a call is a question of its own: a decision to run it again holds for one run. */
function doubtKey(callKey: string, doubt: number): string {
  return doubt === 1 ? callKey : `${callKey}/doubt-${doubt}`
}

function decisionsInDoubt({ inbox }: TaskContext, callKey: string, subjectHash: string): DoubtDecision[] {
  const decisions: DoubtDecision[] = []
  for (;;) {
    const decision = inbox.decisionFor(doubtKey(callKey, decisions.length + 1), 'in-doubt', subjectHash)
    if (decision !== 'rerun' && decision !== 'skip' && decision !== 'done') return decisions
    decisions.push(decision)
  }
}

function askFor({ task, runId }: CallsInput, prepared: PreparedCall, callKey: string, kind: 'approval' | 'in-doubt', alwaysRule?: string): AskInput {
  return {
    taskId: task.id,
    runId,
    callKey,
    kind,
    tool: prepared.tool,
    args: prepared.args,
    subjectHash: prepared.subject.hash,
    preview: prepared.subject.preview,
    workspace: task.workspace,
    ...(alwaysRule ? { alwaysRule } : {}),
  }
}

function suspended({ inbox, tasks }: TaskContext, taskId: string, asks: AskInput[], before?: BatchEnd): CallsEnd {
  const kind = asks[0]?.kind === 'in-doubt' ? 'in-doubt' : 'approval'
  const suspension: { on: 'approval' | 'in-doubt'; approvalIds: string[] } = { on: kind, approvalIds: [] }
  return {
    state: 'suspend',
    suspension,
    commit() {
      before?.commit()
      const views: ApprovalView[] = asks.map((ask) => inbox.ask(ask))
      // The step's value is written after this, in the same transaction: the ids are in it.
      suspension.approvalIds = views.map((view) => view.id)
      tasks.update(taskId, { reason: kind, until: null })
    },
  }
}

async function execute(context: TaskContext, input: CallsInput, judged: Judged[], workspace: Workspace): Promise<CallsEnd> {
  const { task } = input
  const indexes = judged.flatMap((one, index) => ('run' in one ? [index] : []))
  const calls = judged.flatMap((one) => ('run' in one ? [one.run] : []))
  const report = createReporter(context, input, indexes)
  judged.forEach((one, index) => {
    if ('refuse' in one) report.refused(index, one.refuse, one.denied)
  })
  const end = await context.executor.batch(calls, {
    workspace,
    signal: input.signal,
    parallel: true,
    maxConcurrency: Math.min(AGENT_CONCURRENCY, task.header.limits.maxConcurrentTools),
    stopWhenUnknown: task.header.mode !== 'full-auto',
    onOutput: report.output,
    onStarted: report.started,
    onFinished: report.finished,
  }).finally(report.flush)
  const unknown = end.outcomes.flatMap((outcome, at) => (outcome.status === 'unknown' ? [{ at, doubt: outcome.doubt }] : []))
  if (unknown.length > 0 && task.header.mode !== 'full-auto') {
    const asks = unknown.flatMap(({ at, doubt }) => {
      const call = calls[at]
      return call ? [askFor(input, call.prepared, doubtKey(`${input.runId}/${input.key}/${indexes[at] ?? at}`, doubt), 'in-doubt')] : []
    })
    return suspended(context, task.id, asks, end)
  }
  if (end.outcomes.some((outcome) => outcome.status === 'error' && outcome.error.code === 'DISK_FULL')) return fullDisk(context, task.id, end)
  return done(context, input, judged, end)
}

/** No model can mend that: what went is kept, the rest is done once a person has made room. */
function fullDisk(context: TaskContext, taskId: string, end: BatchEnd): CallsEnd {
  const suspension: Suspension = { on: 'disk' }
  return {
    state: 'suspend',
    suspension,
    commit() {
      end.commit()
      noteSuspension(context, taskId, suspension)
    },
  }
}

function done(context: TaskContext, input: CallsInput, judged: Judged[], end: BatchEnd): CallsEnd {
  const outcomes = [...end.outcomes]
  const inOrder = judged.map((one): CallOutcome => ('run' in one ? toOutcome(outcomes.shift()) : { status: 'error', error: toErrorBody('refuse' in one ? one.refuse : undefined) }))
  const filesModified = [...new Set(end.outcomes.flatMap((outcome) => (outcome.status === 'unknown' ? [] : outcome.filesModified)))]
  return {
    state: 'done',
    outcomes: inOrder,
    filesModified,
    commit() {
      const checkpoint = end.commit()
      if (checkpoint) context.progress.append(input.task.id, { type: 'checkpoint', runId: input.runId, checkpoint: checkpoint.checkpoint, files: checkpoint.files })
    },
  }
}

function toOutcome(outcome: BatchOutcome | undefined): CallOutcome {
  if (outcome?.status === 'success') return { status: 'success', result: outcome.result, content: outcome.content }
  if (outcome?.status === 'error') return { status: 'error', error: outcome.error }
  return {
    status: 'error',
    error: {
      code: 'OUTCOME_UNKNOWN',
      message: 'The program was killed while this command ran: it may have done all, some or nothing of its work. Look at what it left before you decide whether to run it again.',
    },
  }
}

interface Reporter {
  started(at: number): void
  output(at: number, text: string): void
  finished(at: number, outcome: BatchOutcome): void
  refused(index: number, error: RainyError, denied: boolean): void
  flush(): void
}

/** Tells of each call as it goes. `at` counts the calls that run, `index` all that were asked for. */
function createReporter({ progress, clock }: TaskContext, { task, runId, key, calls }: CallsInput, indexes: number[]): Reporter {
  const buffer = createTokenBuffer(clock, (body) => progress.appendSoon(task.id, body))
  const callId = (index: number): string => `${runId}.${key.slice(0, 12)}.${index}`
  const head = (index: number): { type: 'tool'; runId: string; callId: string; tool: string } => ({ type: 'tool', runId, callId: callId(index), tool: calls[index]?.tool ?? '' })
  const indexOf = (at: number): number => indexes[at] ?? at
  return {
    started(at) {
      const index = indexOf(at)
      progress.appendSoon(task.id, { ...head(index), status: 'pending', args: bounded(calls[index]?.args ?? null) })
    },
    output: (at, text) => buffer.push({ type: 'output', runId, callId: callId(indexOf(at)), text }),
    finished(at, outcome) {
      buffer.flush()
      const index = indexOf(at)
      if (outcome.status === 'success') progress.appendSoon(task.id, { ...head(index), status: 'success', durationMs: outcome.durationMs, summary: outcome.summary })
      else if (outcome.status === 'error') progress.appendSoon(task.id, { ...head(index), status: 'error', durationMs: outcome.durationMs, error: outcome.error })
      else progress.appendSoon(task.id, { ...head(index), status: 'unknown' })
    },
    refused: (index, error, denied) =>
      progress.appendSoon(task.id, { ...head(index), status: denied ? 'denied' : 'error', args: bounded(calls[index]?.args ?? null), error: toErrorBody(error) }),
    flush: buffer.flush,
  }
}

const ARGS_LETTERS = 4000

/** Arguments as the progress log keeps them: what people look at, not whole files. */
function bounded(args: JsonValue): JsonValue {
  const text = JSON.stringify(args)
  if (text.length <= ARGS_LETTERS) return args
  if (args !== null && typeof args === 'object' && !Array.isArray(args)) {
    return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : JSON.stringify(value).length > 1000 ? '…' : value]))
  }
  return `${text.slice(0, ARGS_LETTERS)}…`
}
