import { existsSync } from 'node:fs'
import type { OperationName, OperationOutput, OperationParsedInput, RainyApi, StreamItem } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import { parseOperation, parseStream } from './http/parse-input.ts'
import { systemClock } from './platform/clock.ts'
import type { DataPaths } from './platform/paths.ts'
import { createApprovalStore } from './store/approval-store.ts'
import { createBlobStore } from './store/blob-store.ts'
import { createCheckpointStore } from './store/checkpoint-store.ts'
import { openDatabase } from './store/database.ts'
import { createModelCallStore } from './store/model-call-store.ts'
import { currentOwner } from './store/ownership.ts'
import { createProgressStore } from './store/progress-store.ts'
import { createTaskStore } from './store/task-store.ts'
import { createToolCallStore } from './store/tool-call-store.ts'
import { createTrustStore } from './store/trust-store.ts'
import { storedEvents } from './tasks/follow.ts'
import { listTasks, readTask, type TaskReading } from './tasks/read-tasks.ts'
import { createTaskDiff } from './tools/task-diff.ts'

/** What can be looked at without being the owner. */
type Reads = { [Name in OperationName]?: (input: OperationParsedInput<Name>) => OperationOutput<Name> }

export interface Reader {
  readonly api: RainyApi
  dispose(): void
}

/** The core's face for those who only look: reads the database that nobody owns now, and starts, writes and locks nothing. */
export function createReader({ paths }: { paths: DataPaths }): Reader {
  // Where nothing was ever started there is nothing to see, which is no error.
  const db = existsSync(paths.database) ? openDatabase({ path: paths.database, clock: systemClock, readonly: true }) : openDatabase({ path: ':memory:', clock: systemClock })
  const tasks = createTaskStore(db, systemClock)
  const progress = createProgressStore(db, systemClock)
  const reads = createReads()

  function createReads(): Reads {
    const blobs = createBlobStore(db)
    const checkpoints = createCheckpointStore(db, systemClock)
    const diff = createTaskDiff({ blobs, checkpoints, calls: createToolCallStore(db, blobs, systemClock) })
    const approvals = createApprovalStore(db)
    const trust = createTrustStore(db, systemClock)
    const reading: TaskReading = {
      tasks,
      progress,
      modelCalls: createModelCallStore(db),
      pendingApprovals: (taskId) => approvals.list({ taskId }),
      changesOfTask: diff.changes,
      checkpointsOfTask: checkpoints.list,
      livingEpoch: () => currentOwner(paths, systemClock)?.epoch,
    }
    return {
      'tasks.list': (input) => listTasks(reading, input),
      'tasks.get': ({ taskId }) => readTask(reading, taskId),
      'tasks.diff': ({ taskId }) => ({ diff: diff.diff(tasks.find(taskId).id) }),
      'approvals.list': ({ taskId, all }) => approvals.list({ all, ...(taskId === undefined ? {} : { taskId: tasks.find(taskId).id }) }),
      'trust.get': ({ dir }) => ({ dir, trusted: trust.isTrusted(dir) }),
    }
  }

  return {
    api: {
      async call(name, input) {
        const read = reads[name]
        if (!read) throw new RainyError('BAD_REQUEST', `${name} is more than a look: it needs an owner.`)
        return read(parseOperation(name, input))
      },
      // Nobody stores anything more: what is followed ends where it stands.
      async *subscribe(name, input) {
        const parsed = parseStream(name, input)
        if (name === 'tasks.follow' && 'after' in parsed) {
          // The compiler does not see that this stream's items are progress events.
          yield* storedEvents(progress, tasks.find(parsed.taskId).id, parsed.after) as Iterable<StreamItem<typeof name>>
          return
        }
        throw new RainyError('BAD_REQUEST', `${name} follows what changes: it needs an owner.`)
      },
    },
    dispose: () => db.close(),
  }
}
