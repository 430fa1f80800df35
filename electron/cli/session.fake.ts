import type { ApprovalView, OperationInput, OperationName, RainyApi } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import type { ProgressBody, ProgressEvent } from '../../shared/progress.ts'
import type { TaskDetail } from '../../shared/tasks.ts'
import type { Session } from '../core/client/types.ts'

export type Answers = { [Name in OperationName]?: (input: OperationInput<Name>) => unknown }

export interface FakeSession extends Session {
  /** Every call, in order. */
  readonly calls: Array<[OperationName, unknown]>
  readonly closed: Array<{ now?: boolean }>
  detail: TaskDetail
  approvals: ApprovalView[]
  /** Stores an event and has it followed. */
  push(...bodies: ProgressBody[]): void
}

export const STARTED_AT = 1_700_000_000_000

export const DETAIL: TaskDetail = {
  id: 'tsk', task: 'do it', status: 'running', intent: 'edit_code', workspace: '/w', createdAt: STARTED_AT - 60_000, updatedAt: STARTED_AT, mode: 'ask', round: 1, plan: null, steps: [], toolCalls: [], changes: [], checkpoints: [],
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0 },
}

/** A core of one task, moved by the test. `ts` of what is pushed is `now` unless it was there before. */
export function createFakeSession(answers: Answers = {}, before: ProgressBody[] = []): FakeSession {
  const events: ProgressEvent[] = before.map((body, at) => ({ seq: at + 1, taskId: 'tsk', ts: STARTED_AT - 1000, ...body }))
  let wake: () => void = () => undefined
  const calls: Array<[OperationName, unknown]> = []
  const closed: Array<{ now?: boolean }> = []
  const usual: Answers = {
    'tasks.start': () => ({ taskId: 'tsk' }),
    'tasks.message': () => ({ taskId: 'tsk' }),
    'tasks.resume': () => ({ taskIds: ['tsk'] }),
    'tasks.list': () => [],
    'tasks.get': () => session.detail,
    'tasks.interrupt': () => ({ taskId: 'tsk' }),
    'approvals.list': () => session.approvals,
    'trust.get': () => ({ dir: '/w', trusted: true }),
  }
  const api: RainyApi = {
    async call(name, input) {
      calls.push([name, input])
      const answer = answers[name] ?? usual[name]
      if (!answer) throw new RainyError('INTERNAL', `nobody answers ${name}`)
      // The test's answers are what the operation gives.
      return (await answer(input as never)) as never
    },
    subscribe() {
      throw new Error('followed through the session')
    },
  }
  const session: FakeSession = {
    api,
    role: 'owner',
    pid: 1,
    calls,
    closed,
    detail: { ...DETAIL },
    approvals: [],
    push(...bodies) {
      for (const body of bodies) events.push({ seq: events.length + 1, taskId: 'tsk', ts: STARTED_AT, ...body })
      wake()
    },
    async *followTask(_taskId, { after = 0, signal } = {}) {
      let at = after
      for (;;) {
        if (signal?.aborted) return
        const event = events[at]
        if (event) {
          at += 1
          yield event
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
            signal?.addEventListener('abort', () => resolve(), { once: true })
          })
        }
      }
    },
    async close(options = {}) {
      closed.push(options)
    },
  }
  return session
}
