import type { Config } from '../../../shared/config.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import type { Inbox, Policy } from '../approvals/types.ts'
import type { Engine } from '../engine/types.ts'
import type { Gateway } from '../models/types.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Db } from '../store/database.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { ModelCallStore } from '../store/model-call-store.ts'
import type { ProgressStore } from '../store/progress-store.ts'
import type { TaskStore } from '../store/task-store.ts'
import type { TrustStore } from '../store/trust-store.ts'
import type { RuleStore } from '../store/rule-store.ts'
import type { Executor } from '../tools/types.ts'
import type { FolderConfigs } from './folder-configs.ts'
import type { Workspaces } from './workspaces.ts'

/** What the use cases work with. Each takes just this and its own input. */
export interface TaskContext {
  db: Db
  clock: Clock
  ids: Ids
  log: Log
  config: Config
  version: string
  epoch: number
  engine: Engine
  executor: Executor
  gateway: Gateway
  policy: Policy
  inbox: Inbox
  tasks: TaskStore
  messages: MessageStore
  modelCalls: ModelCallStore
  progress: ProgressStore
  trust: TrustStore
  rules: RuleStore
  folders: FolderConfigs
  workspaces: Workspaces
  toolInfos: ReadonlyMap<string, ToolInfo>
}
