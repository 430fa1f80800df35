import type { OperationParsedInput, StreamParsedInput } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import { createFakeApi } from '../http/api.fake.ts'
import { systemClock } from '../platform/clock.ts'
import { createProgressStore } from '../store/progress-store.ts'
import { createTaskStore } from '../store/task-store.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { CoreStart, SessionCore } from './types.ts'

const STEP_MS = 5

/**
 * A core that is made up but durable: a task writes `steps` numbered messages into the real store, one every few
 * milliseconds, and then completes. Any later owner goes on from what is stored.
 */
export function createFakeCore({ ownership, workspace }: Pick<CoreStart, 'ownership' | 'workspace'>, steps: number): SessionCore & { resumed: string[] } {
  const { db, epoch } = ownership
  const tasks = createTaskStore(db, systemClock)
  const progress = createProgressStore(db, systemClock)
  const driving = new Map<string, Disposable>()
  const resumed: string[] = []
  const idleWaiters: Array<() => void> = []

  function drive(taskId: string): void {
    const done = progress.readTypes(taskId, ['message']).length
    driving.set(
      taskId,
      systemClock.after(STEP_MS, () => {
        db.transaction(() => {
          if (done < steps) return progress.append(taskId, { type: 'message', messageId: String(done + 1), agent: 'coder', text: String(epoch) })
          progress.append(taskId, { type: 'complete', result: { success: true, summary: '', filesModified: [] } })
          tasks.update(taskId, { status: 'completed' })
          return undefined
        })
        if (done < steps) return drive(taskId)
        driving.delete(taskId)
        if (driving.size === 0) for (const resolve of idleWaiters.splice(0)) resolve()
        return undefined
      }),
    )
  }

  function start({ task }: OperationParsedInput<'tasks.start'>): { taskId: string } {
    const taskId = `task-${task}`
    tasks.insert({ ...EMPTY_TASK, id: taskId, text: task, workspace, epoch })
    drive(taskId)
    return { taskId }
  }

  function resume({ taskId = '' }: OperationParsedInput<'tasks.resume'>): { taskIds: string[] } {
    if (FINISHED_STATUSES.has(tasks.find(taskId).status)) throw new RainyError('NOT_RESUMABLE', 'it is done')
    if (!driving.has(taskId)) {
      resumed.push(taskId)
      tasks.update(taskId, { epoch })
      drive(taskId)
    }
    return { taskIds: [taskId] }
  }

  async function* follow({ taskId, after }: StreamParsedInput<'tasks.follow'>, signal: AbortSignal | undefined): AsyncGenerator<unknown> {
    let seq = after
    for (;;) {
      if (signal?.aborted) return
      for (const event of progress.read(taskId, seq, 100)) {
        seq = event.seq
        yield event
      }
      await systemClock.sleep(1)
    }
  }

  /** The whole list, then no more. */
  async function* watch(_: unknown, signal: AbortSignal | undefined): AsyncGenerator<unknown> {
    yield* tasks.list({ limit: 100 })
    await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  }

  const api = createFakeApi(
    {
      'tasks.start': start,
      'tasks.resume': resume,
      'tasks.get': ({ taskId }: { taskId: string }) => tasks.find(taskId),
      'tasks.list': () => tasks.list({ limit: 100 }),
    },
    { 'tasks.follow': follow, 'tasks.watch': watch },
  )
  return {
    api,
    epoch,
    resumed,
    idle: () => (driving.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    async dispose() {
      for (const timer of driving.values()) timer[Symbol.dispose]()
      ownership.release()
    },
  }
}

const EMPTY_TASK: Omit<TaskRow, 'id' | 'text' | 'workspace' | 'epoch' | 'createdAt' | 'updatedAt'> = {
  intent: null,
  status: 'running',
  reason: null,
  until: null,
  header: {
    mode: 'ask',
    roles: { fast: ['b/b'], smart: ['b/b'], instant: ['b/b'] },
    limits: { maxConcurrentTools: 1, maxConcurrentCommands: 1, workers: 1, taskTimeoutMs: 1000, maxFixRounds: 0, maxTurns: 1 },
    budgetUsd: null,
    priority: 0,
    instructions: '',
    programVersion: '1',
    date: '',
    platform: '',
  },
  round: 1,
  plan: null,
  result: null,
  error: null,
  activeMs: 0,
}
