import { realpath } from 'node:fs/promises'
import type { ApprovalView, StatusView } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import type { ToolCall } from '../../shared/tools.ts'
import type { AgentPool } from './agent-pool/types.ts'
import type { Handlers, StreamHandlers } from './create-api.ts'
import { answerHello } from './http/hello.ts'
import type { DataPaths } from './platform/paths.ts'
import { cancelTask, interruptTask } from './tasks/cancel.ts'
import type { TaskContext } from './tasks/context.ts'
import { decideApproval } from './tasks/decided.ts'
import { followTask, tail } from './tasks/follow.ts'
import { listTasks, readTask, summarize, type TaskReading } from './tasks/read-tasks.ts'
import type { RecoveredTask } from './tasks/recover.ts'
import { resumeTasks } from './tasks/resume.ts'
import { sendMessage } from './tasks/send-message.ts'
import { startTask } from './tasks/start-task.ts'
import type { TerminalPanel } from './tasks/terminals.ts'

export interface ApiParts {
  context: TaskContext
  pool: AgentPool
  recovered: RecoveredTask[]
  paths: DataPaths
  env: Record<string, string | undefined>
  startWorkspace: string
  panel: TerminalPanel
  /** The agent workers are up and their functions known: an event before that would start nothing. Rejects where they cannot start. */
  ready(): Promise<void>
}

const LIST_LIMIT = 10_000

export function createHandlers(parts: ApiParts): Handlers {
  const { context, panel, paths, env } = parts
  const reading = readingOf(context)
  return {
    'tasks.start': async (input) => {
      await parts.ready()
      return startTask(context, input)
    },
    'tasks.message': async (input) => {
      await parts.ready()
      return sendMessage(context, input)
    },
    'tasks.list': (input) => listTasks(reading, input),
    'tasks.get': ({ taskId }) => readTask(reading, taskId),
    'tasks.resume': async (input) => {
      await parts.ready()
      return resumeTasks(context, input)
    },
    'tasks.cancel': (input) => cancelTask(context, input),
    'tasks.interrupt': (input) => interruptTask(context, input),
    'tasks.diff': ({ taskId }) => ({ diff: context.executor.diffOfTask(context.tasks.find(taskId).id) }),
    'approvals.list': ({ taskId, all }) => context.inbox.list({ all, ...(taskId === undefined ? {} : { taskId: context.tasks.find(taskId).id }) }),
    'approvals.decide': async (input) => {
      // Trusting a folder starts the task that waited for it.
      if (context.inbox.list({}).some((approval) => approval.kind === 'trust' && approval.id.startsWith(input.approvalId))) await parts.ready()
      return decideApproval(context, input)
    },
    'tools.list': () => context.executor.list(),
    'tools.run': async ({ workspace, call }, signal) => runTool(context, workspace, call, signal),
    'models.list': ({ probe }, signal) => context.gateway.view({ probe, signal }),
    doctor: async () => (await import('./tasks/doctor.ts')).runDoctor({ paths, env, config: context.config }),
    status: () => status(parts),
    'trust.get': async ({ dir }) => trustOf(context, await folder(dir)),
    'trust.set': async ({ dir, trusted }) => {
      const real = await folder(dir)
      context.trust.set(real, trusted)
      return trustOf(context, real)
    },
    'terminal.open': (input) => panel.open(input),
    'terminal.write': (input) => {
      panel.write(input)
      return {}
    },
    'terminal.resize': (input) => {
      panel.resize(input)
      return {}
    },
    'terminal.close': async ({ terminalId }) => {
      await panel.close(terminalId)
      return {}
    },
    'client.hello': (input) => answerHello(input, { version: context.version, workspace: parts.startWorkspace, hasKey: (name) => (env[name] ?? '') !== '' }),
  }
}

export function createStreams(parts: ApiParts): StreamHandlers {
  const { context, panel } = parts
  const { progress, tasks, inbox, engine } = context
  const reading = readingOf(context)
  return {
    'tasks.follow': ({ taskId, after }, signal) => followTask(progress, tasks.find(taskId).id, after, signal),
    'tasks.watch': (_, signal) =>
      tail((push) => {
        const summary = (id: string) => () => {
          const row = tasks.find(id)
          return summarize(reading, row)
        }
        for (const row of tasks.list({ limit: LIST_LIMIT })) push(row.id, summary(row.id))
        return tasks.onChanged((id) => push(id, summary(id)))
      }, signal),
    'approvals.watch': (_, signal) =>
      tail<ApprovalView>((push) => {
        for (const view of inbox.list({})) push(view.id, () => view)
        return inbox.onChanged((view) => push(view.id, () => view))
      }, signal),
    'status.watch': (_, signal) =>
      tail<StatusView>((push) => {
        push('status', () => status(parts))
        return engine.onChange(() => push('status', () => status(parts)))
      }, signal),
    'terminal.output': ({ terminalId }, signal) => panel.output(terminalId, signal),
  }
}

function readingOf({ tasks, progress, modelCalls, inbox, executor, epoch }: TaskContext): TaskReading {
  return {
    tasks,
    progress,
    modelCalls,
    pendingApprovals: (taskId) => inbox.list({ taskId }),
    changesOfTask: (taskId) => executor.changesOfTask(taskId),
    checkpointsOfTask: (taskId) => executor.checkpointsOfTask(taskId),
    livingEpoch: () => epoch,
  }
}

/** What the user types needs no approval, but trust and confinement hold. */
async function runTool({ executor, workspaces, trust, toolInfos }: TaskContext, root: string, call: ToolCall, signal: AbortSignal): ReturnType<TaskContext['executor']['runOne']> {
  const workspace = await workspaces.open(root)
  const info = toolInfos.get(call.tool)
  if (info && info.category !== 'read' && !trust.isTrusted(workspace.root)) {
    return { error: { code: 'UNTRUSTED_WORKSPACE', message: `${workspace.root} is not trusted; \`rainy trust ${workspace.root}\` trusts it.` } }
  }
  return executor.runOne(call.tool, call.args, workspace, { signal })
}

function status({ context, pool, recovered }: ApiParts): StatusView {
  const load = context.engine.load()
  return {
    version: context.version,
    pid: process.pid,
    epoch: context.epoch,
    workers: pool.status(),
    queue: load.queued,
    running: load.running,
    recovered: [...recovered],
    totalCostUsd: context.modelCalls.totalCostUsd(startOfDay(context.clock.now())),
  }
}

function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0)
}

function trustOf({ trust }: TaskContext, dir: string): { dir: string; trusted: boolean } {
  return { dir, trusted: trust.isTrusted(dir) }
}

async function folder(dir: string): Promise<string> {
  return realpath(dir).catch((error: unknown) => {
    throw new RainyError('NOT_FOUND', `The folder ${dir} is not there.`, { cause: error })
  })
}
