import type { RainyApi } from '../../shared/api.ts'
import type { Config } from '../../shared/config.ts'
import { RainyError } from '../../shared/errors.ts'
import type { HostApi } from '../../shared/worker-api.ts'
import { createAgentPool } from './agent-pool/agent-pool.ts'
import type { AgentPool } from './agent-pool/types.ts'
import { createInbox } from './approvals/inbox.ts'
import { createPolicy } from './approvals/policy.ts'
import { loadConfig } from './config/load-config.ts'
import { createApi } from './create-api.ts'
import { createHandlers, createStreams } from './api-handlers.ts'
import { createEngine } from './engine/create-engine.ts'
import { createGateway } from './models/gateway.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import { createDisposables } from './platform/disposables.ts'
import { systemIds, type Ids } from './platform/ids.ts'
import { silentLog, type Log } from './platform/log.ts'
import type { DataPaths, ProgramFiles } from './platform/paths.ts'
import { createMessageStore } from './store/message-store.ts'
import { createModelCallStore } from './store/model-call-store.ts'
import type { Ownership } from './store/ownership.ts'
import { createProgressStore } from './store/progress-store.ts'
import { createRuleStore } from './store/rule-store.ts'
import { createTaskStore } from './store/task-store.ts'
import { createTrustStore } from './store/trust-store.ts'
import type { TaskContext } from './tasks/context.ts'
import { createConversations } from './tasks/conversations.ts'
import { afterDecision } from './tasks/decided.ts'
import { createFolderConfigs } from './tasks/folder-configs.ts'
import { effectStep } from './tasks/effects/effects.ts'
import { inferStep } from './tasks/infer-step.ts'
import { createRunHooks, takeUpEverything, type RecoveredTask } from './tasks/recover.ts'
import { settleTasks } from './tasks/settle.ts'
import { createTerminalPanel } from './tasks/terminals.ts'
import { toolsStep } from './tasks/tools-step.ts'
import { createWorkspaces } from './tasks/workspaces.ts'
import { createLanguageServers } from './tools/analysis/language-servers.ts'
import { createTools } from './tools/executor.ts'
import { createTerminals } from './tools/terminal/terminals.ts'
import { openWorkspace } from './workspace/open-workspace.ts'

export interface CoreOptions {
  paths: DataPaths
  env: Record<string, string | undefined>
  /** The right to write; the core gives it up when it is disposed of. */
  ownership: Ownership
  files: ProgramFiles
  version: string
  /** `all`: a long-lived owner, which goes on with everything that was interrupted. `own`: just what it is asked for. */
  adopt: 'all' | 'own'
  /** Where a surface starts. */
  workspace: string
  /** Start the agent workers at once, since a task will follow; else when the first one does. */
  warm: boolean
  log?: Log
  clock?: Clock
  ids?: Ids
}

export interface Core {
  readonly api: RainyApi
  readonly epoch: number
  /** Resolves when nothing that this process drives can move by itself any more. */
  idle(): Promise<void>
  dispose(): Promise<void>
}

/** Builds the core around the database that `ownership` holds. The one place that sees all of it. */
export async function createCore(options: CoreOptions): Promise<Core> {
  const { paths, env, ownership, files, version, clock = systemClock, ids = systemIds, log = silentLog } = options
  const { db, epoch } = ownership
  const ending = createDisposables()
  ending.add(() => ownership.release())

  const config = loadConfig({ paths, env })
  for (const warning of config.warnings) log.warn(warning)
  const progress = createProgressStore(db, clock)
  const tasks = createTaskStore(db, clock)
  const trust = createTrustStore(db, clock)
  const rules = createRuleStore(db, clock)
  const terminals = createTerminals({ env, log, clock, ids, maxConcurrentCommands: config.limits.maxConcurrentCommands })
  ending.add(() => terminals.dispose())
  const folders = createFolderConfigs(trust)
  const configured = (root: string): Config['languageServers'] => ({ ...config.languageServers, ...folders.known(root)?.languageServers })
  const languageServers = createLanguageServers({ configured, log, clock, env })
  ending.add(() => languageServers.dispose())
  const executor = createTools({ db, clock, ids, log, toolThreadEntry: files.toolThread, terminals, languageServers, limits: config.limits })
  ending.add(() => executor.dispose())
  const workspaces = createWorkspaces((root) => openWorkspace({ root, protectedPaths: [paths.dir], log }))
  ending.add(() => workspaces.dispose())
  const gateway = createGateway({ providers: config.providers, roles: config.roles, clock, log, templates: new URL('templates/', files.resources) })
  const inbox = createInbox({ db, clock, ids, progress, rules, onDecided: (approval, decision) => afterDecision(context, approval, decision) })

  const recovered: RecoveredTask[] = []
  const engine = createEngine({ db, clock, ids, log, epoch, hooks: createRunHooks(() => context, recovered) })
  const toolInfos = executor.list()
  const context: TaskContext = {
    db,
    clock,
    ids,
    log,
    config,
    version,
    epoch,
    engine,
    executor,
    gateway,
    policy: createPolicy(),
    inbox,
    tasks,
    messages: createMessageStore(db, clock),
    modelCalls: createModelCallStore(db),
    progress,
    trust,
    rules,
    folders,
    workspaces,
    toolInfos: new Map(toolInfos.map((info) => [info.name, info])),
  }

  const pool = createAgentPool({ size: config.limits.workers, entry: files.worker, host: createHost(context), tools: toolInfos, clock, log })
  ending.add(() => pool.dispose())
  ending.add(() => engine.stop())
  const ended = new AbortController()
  const settling = oncePerTurn(() => {
    try {
      settleTasks(context)
    } catch (error) {
      // The next change tries again; what a task shows may lag behind, its work does not.
      log.error('the state of a task could not be written', { error: String(error) })
    }
  })
  ending.add(settling)
  ending.add(engine.onChange(settling.call))
  let started: Promise<void> | undefined
  const ready = (): Promise<void> => {
    started ??= startEngine(context, pool, ended.signal).catch((error: unknown) => {
      // Whoever asks next tries again.
      started = undefined
      throw error
    })
    return started
  }
  if (options.adopt === 'all') takeUpEverything(context)
  if (options.warm || options.adopt === 'all') {
    // Who starts a task waits for the same promise and is told; here it is only noted.
    ready().catch((error: unknown) => log.error('the agent workers did not start', { error: String(error) }))
  }

  // The thread loads on another processor meanwhile.
  if (options.warm) void gateway.warm(Object.values(config.roles).flatMap((chain) => chain.slice(0, 1)))

  const parts = { context, pool, recovered, paths, env, startWorkspace: options.workspace, panel: createTerminalPanel(terminals, workspaces), ready }
  return {
    api: createApi(createHandlers(parts), createStreams(parts), ended.signal),
    epoch,
    idle: () => untilIdle(context, ended.signal),
    dispose() {
      // First those who watch and ask, then what runs, last the database.
      ended.abort()
      return ending.dispose()
    },
  }
}

async function startEngine({ engine }: TaskContext, pool: AgentPool, ended: AbortSignal): Promise<void> {
  const app = await pool.start()
  if (ended.aborted) throw new RainyError('CANCELLED', 'This program is ending.')
  engine.register(app)
  engine.start()
}

/** What the workers may ask of this process. */
function createHost(context: TaskContext): HostApi {
  const conversations = createConversations()
  return {
    infer: (step, request) => inferStep(context, conversations, step, request),
    tools: (step, request) => toolsStep(context, step, request),
    effect: (step, name, input) => effectStep(context, step, name, input),
    async progress(ref, body) {
      const run = context.engine.run(ref.runId)
      if (run?.groupKey) context.progress.appendSoon(run.groupKey, body)
    },
    sdk: (ref, path, method, body) => context.engine.sdk(ref, path, method, body),
    log: (level, message, fields) => context.log[level](message, fields),
  }
}

/** Many changes in one turn of the event loop are followed by one call. */
function oncePerTurn(work: () => void): Disposable & { call(): void } {
  let planned: NodeJS.Immediate | undefined
  return {
    call() {
      planned ??= setImmediate(() => {
        planned = undefined
        work()
      })
    },
    [Symbol.dispose]: () => clearImmediate(planned),
  }
}

/** Also where a decision has just set a run going and its task still says parked. */
function untilIdle({ tasks, engine, epoch }: TaskContext, ended: AbortSignal): Promise<void> {
  const moves = (): boolean => {
    const { queued, running } = engine.load()
    return queued + running > 0 || tasks.unfinished({ epoch }).some((task) => task.status !== 'parked')
  }
  return new Promise((resolve) => {
    const check = (): void => {
      if (!ended.aborted && moves()) return
      listening[Symbol.dispose]()
      watching[Symbol.dispose]()
      ended.removeEventListener('abort', check)
      resolve()
    }
    const listening = tasks.onChanged(check)
    const watching = engine.onChange(check)
    ended.addEventListener('abort', check)
    check()
  })
}
