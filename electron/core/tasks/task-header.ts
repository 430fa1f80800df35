import type { TaskOptions } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { Role, TaskHeader } from '../../../shared/tasks.ts'
import type { TaskContext } from './context.ts'

const ROLES: readonly Role[] = ['fast', 'smart', 'instant']
const DAY_LETTERS = 10

/** What a new task freezes. Throws MODEL_UNKNOWN for a model that names no provider. */
export function createHeader({ config, clock, version, gateway }: Pick<TaskContext, 'config' | 'clock' | 'version' | 'gateway'>, options: TaskOptions, instructions: string): TaskHeader {
  const roles = { ...config.roles, ...definedOnly(options.models ?? {}) }
  checkModels(gateway, roles)
  return {
    mode: options.mode ?? config.policy.mode,
    roles,
    limits: config.limits,
    budgetUsd: options.budgetUsd ?? null,
    priority: options.priority ?? 0,
    instructions,
    programVersion: version,
    date: new Date(clock.now()).toISOString().slice(0, DAY_LETTERS),
    platform: process.platform,
  }
}

/** The header with what a resume asked to change, and the limit that had parked the task granted once more. */
export function resumedHeader({ gateway, config }: Pick<TaskContext, 'gateway' | 'config'>, header: TaskHeader, options: TaskOptions, reason: string | null): TaskHeader {
  const roles = { ...header.roles, ...definedOnly(options.models ?? {}) }
  checkModels(gateway, roles)
  const limits = { ...header.limits }
  if (reason === 'turn-limit') limits.maxTurns += config.limits.maxTurns
  if (reason === 'time-limit') limits.taskTimeoutMs += config.limits.taskTimeoutMs
  return { ...header, roles, limits, mode: options.mode ?? header.mode, budgetUsd: options.budgetUsd ?? header.budgetUsd, priority: options.priority ?? header.priority }
}

function checkModels(gateway: TaskContext['gateway'], roles: TaskHeader['roles']): void {
  for (const role of ROLES) {
    const chain = roles[role]
    if (!chain || chain.length === 0) throw new RainyError('MODEL_UNKNOWN', `No model is set for the role ${role}; name one with --model ${role}=PROVIDER/MODEL.`)
    for (const model of chain) gateway.check(model)
  }
}

function definedOnly<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}
