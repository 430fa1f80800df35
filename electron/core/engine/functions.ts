import { RainyError } from '../../../shared/errors.ts'
import type { JsonObject } from '../../../shared/json.ts'
import type { ConcurrencySlot } from '../store/run-store.ts'
import { deadlineOf } from './durations.ts'
import type { Expressions } from './expressions.ts'
import { registrationSchema, type Registration } from './protocol/registration.ts'
import { DEFAULT_RETRIES } from './retry-policy.ts'
import type { EngineApp } from './types.ts'

/** Seconds of head start or hold-back that a run may have: more would let it starve others. */
export const PRIORITY_LIMIT_SECONDS = 600

export interface RegisteredFunction {
  /** `<appId>-<functionId>` */
  id: string
  app: EngineApp
  maxAttempts: number
  config: Registration
}

interface TriggerEvent {
  name: string
  data: JsonObject
}

/** The functions of all apps, and what their settings say of an event. */
export interface FunctionRegistry {
  /** Replaces what the app registered before. Throws BAD_REQUEST for what this engine cannot do: nothing is ignored in silence. */
  register(app: EngineApp): void
  get(functionId: string): RegisteredFunction | undefined
  all(): Iterable<RegisteredFunction>
  triggeredBy(event: TriggerEvent): RegisteredFunction[]
  priorityOf(fn: RegisteredFunction, event: TriggerEvent): number | undefined
  slotsOf(fn: RegisteredFunction, event: TriggerEvent): ConcurrencySlot[]
}

export function createFunctionRegistry(expressions: Expressions): FunctionRegistry {
  const functions = new Map<string, RegisteredFunction>()

  const parse = (app: EngineApp, registration: unknown): RegisteredFunction => {
    const parsed = registrationSchema.safeParse(registration)
    if (!parsed.success) {
      const id = String((registration as { id?: unknown } | null)?.id ?? '(no id)')
      const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${faultOf(issue)}`).join('; ')
      throw new RainyError('BAD_REQUEST', `The function ${id} of the app ${app.appId} cannot be registered: ${faults}`, { details: { functionId: id } })
    }
    const config = parsed.data
    checkExpressions(config, expressions)
    checkTimeouts(config)
    return { id: config.id, app, config, maxAttempts: (config.steps.step.retries?.attempts ?? DEFAULT_RETRIES) + 1 }
  }

  return {
    register(app) {
      const parsed = app.functions.map((registration) => parse(app, registration))
      for (const [id, known] of functions) if (known.app.appId === app.appId) functions.delete(id)
      for (const fn of parsed) functions.set(fn.id, fn)
    },
    get: (functionId) => functions.get(functionId),
    all: () => functions.values(),
    triggeredBy: (event) =>
      [...functions.values()].filter((fn) =>
        fn.config.triggers.some((trigger) => 'event' in trigger && matchesName(trigger.event, event.name) && expressions.test(trigger.expression, { event })),
      ),
    priorityOf(fn, event) {
      const header = event.data['header']
      const asked = header !== null && typeof header === 'object' && !Array.isArray(header) ? header['priority'] : undefined
      const computed = asked ?? (fn.config.priority?.run === undefined ? undefined : Number(expressions.value(fn.config.priority.run, { event })))
      if (typeof computed !== 'number' || !Number.isFinite(computed)) return undefined
      return Math.max(-PRIORITY_LIMIT_SECONDS, Math.min(PRIORITY_LIMIT_SECONDS, Math.trunc(computed)))
    },
    slotsOf: (fn, event) =>
      fn.config.concurrency
        .filter(({ limit }) => limit > 0)
        .map(({ limit, scope, ...rest }) => {
          const expression = 'key' in rest ? rest.key : undefined
          const key = expression === undefined ? '' : String(expressions.value(expression, { event }))
          // Wider scopes share their slots among all functions that name the same key.
          return { slot: scope === 'fn' ? `fn:${fn.id}:${expression ?? ''}:${key}` : `${scope}:${expression ?? ''}:${key}`, limit }
        }),
  }
}

/** Exact, or `prefix/*` and `prefix.*`. */
export function matchesName(pattern: string, name: string): boolean {
  if (!pattern.endsWith('*')) return pattern === name
  const prefix = pattern.slice(0, -1)
  return name.startsWith(prefix) && name.length > prefix.length
}

function checkExpressions(config: Registration, expressions: Expressions): void {
  for (const trigger of config.triggers) if ('event' in trigger && trigger.expression !== undefined) expressions.check(trigger.expression)
  for (const limit of config.concurrency) if ('key' in limit && limit.key !== undefined) expressions.check(limit.key)
  for (const cancel of config.cancel) if (cancel.if !== undefined) expressions.check(cancel.if)
  if (config.priority?.run !== undefined) expressions.check(config.priority.run)
}

function checkTimeouts(config: Registration): void {
  for (const text of [config.timeouts?.start, config.timeouts?.finish, ...config.cancel.map(({ timeout }) => timeout)]) {
    if (text !== undefined && deadlineOf(text, 0) === undefined) throw new RainyError('BAD_REQUEST', `"${text}" of the function ${config.id} is no duration.`)
  }
}

/** A union's issue hides which member said what. */
function faultOf(issue: { message: string; code?: string; errors?: Array<Array<{ message: string }>> }): string {
  if (issue.code !== 'invalid_union' || !issue.errors) return issue.message
  return [...new Set(issue.errors.flat().map(({ message }) => message))].join(' or ')
}
