import type { TaskOptions } from '../../../shared/api.ts'
import { modeSchema, roleSchema, type Mode, type Role } from '../../../shared/tasks.ts'
import { nearest } from '../../core/config/nearest.ts'
import { has, UsageError, valueOf, valuesOf, type Arguments } from '../arguments.ts'

const PRIORITY_LIMIT = 600

/** What the options of `run` and `resume` say of the task. Throws UsageError. */
export function taskOptions(args: Arguments): TaskOptions {
  const yes = has(args, 'yes')
  const mode = valueOf(args, 'mode')
  if (yes && mode !== undefined && mode !== 'full-auto') throw new UsageError(`--yes means --mode full-auto; it does not go with --mode ${mode}`, args.command)
  const models = modelOptions(args)
  const budget = valueOf(args, 'budget')
  const priority = valueOf(args, 'priority')
  return {
    ...(yes ? { mode: 'full-auto' as const } : mode === undefined ? {} : { mode: parseMode(args, mode) }),
    ...(models ? { models } : {}),
    ...(budget === undefined ? {} : { budgetUsd: number(args, 'budget', budget, { above: 0 }) }),
    ...(priority === undefined ? {} : { priority: number(args, 'priority', priority, { least: -PRIORITY_LIMIT, most: PRIORITY_LIMIT }) }),
    ...(yes || has(args, 'trust') ? { trust: true } : {}),
  }
}

function parseMode(args: Arguments, text: string): Mode {
  const mode = modeSchema.safeParse(text)
  if (mode.success) return mode.data
  const near = nearest(text, modeSchema.options)
  throw new UsageError(`there is no mode "${text}"${near ? `; did you mean "${near}"?` : `: ${modeSchema.options.join(', ')}`}`, args.command)
}

/** `ROLE=PROVIDER/MODEL`, or without a role for all; several of one role are a fallback chain. */
function modelOptions(args: Arguments): TaskOptions['models'] {
  const chains: Partial<Record<Role, string[]>> = {}
  for (const text of valuesOf(args, 'model')) {
    const equals = /^([a-z]+)=/.exec(text)
    const model = equals ? text.slice(equals[0].length) : text
    const role = equals ? roleSchema.safeParse(equals[1]) : undefined
    if (role && !role.success) {
      const near = nearest(equals?.[1] ?? '', roleSchema.options)
      throw new UsageError(`there is no role "${equals?.[1] ?? ''}"${near ? `; did you mean "${near}"?` : `: ${roleSchema.options.join(', ')}`}`, args.command)
    }
    if (!/^[^/\s]+\/\S+$/.test(model)) throw new UsageError(`"${model}" names no model: write PROVIDER/MODEL`, args.command)
    for (const each of role ? [role.data] : roleSchema.options) chains[each] = [...(chains[each] ?? []), model]
  }
  return Object.keys(chains).length > 0 ? chains : undefined
}

export function number(args: Arguments, name: string, text: string, { above, least, most, whole }: { above?: number; least?: number; most?: number; whole?: boolean }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  const good = Number.isFinite(value) && (above === undefined || value > above) && (least === undefined || value >= least) && (most === undefined || value <= most) && (!whole || Number.isInteger(value))
  if (good) return value
  const range = [above === undefined ? '' : `above ${above}`, least === undefined ? '' : `at least ${least}`, most === undefined ? '' : `at most ${most}`].filter((part) => part !== '').join(', ')
  throw new UsageError(`--${name} takes a ${whole ? 'whole ' : ''}number${range ? ` ${range}` : ''}, not "${text}"`, args.command)
}
