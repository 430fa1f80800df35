import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Db } from '../store/database.ts'
import { createEventStore, type EventStore, type StoredEvent } from '../store/event-store.ts'
import { createQueueStore, type QueueStore } from '../store/queue-store.ts'
import { createRunStore, type RunRow, type RunStore } from '../store/run-store.ts'
import { createStepStore, type StepStore } from '../store/step-store.ts'
import { createWaitStore, type WaitStore } from '../store/wait-store.ts'
import { createExpressions, type Expressions } from './expressions.ts'
import { createFunctionRegistry, type FunctionRegistry } from './functions.ts'
import type { EngineHooks, RunView } from './types.ts'

export interface EngineOptions {
  db: Db
  clock: Clock
  ids: Ids
  log: Log
  /** Of this owner; grows with each. */
  epoch: number
  hooks?: EngineHooks
}

/** What every part of the engine works with: stores and ports, and nothing that changes. */
export interface EngineContext extends Required<EngineOptions> {
  events: EventStore
  runs: RunStore
  steps: StepStore
  waits: WaitStore
  queue: QueueStore
  functions: FunctionRegistry
  expressions: Expressions
}

export function createContext(options: EngineOptions): EngineContext {
  const { db } = options
  const expressions = createExpressions()
  return {
    ...options,
    hooks: options.hooks ?? {},
    events: createEventStore(db),
    runs: createRunStore(db),
    steps: createStepStore(db),
    waits: createWaitStore(db),
    queue: createQueueStore(db),
    functions: createFunctionRegistry(expressions),
    expressions,
  }
}

export function toView(run: RunRow, event: StoredEvent): RunView {
  return {
    id: run.id,
    functionId: run.functionId,
    groupKey: run.groupKey,
    status: run.status,
    parentRunId: run.parentRunId,
    createdAt: run.createdAt,
    event: { id: event.id, name: event.name, data: event.data },
  }
}
