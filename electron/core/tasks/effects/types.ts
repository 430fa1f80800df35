import type { z } from 'zod'
import type { EFFECTS, EffectName, EffectOutput } from '../../../../shared/effects.ts'
import type { TaskRow } from '../../store/task-store.ts'
import type { TaskContext } from '../context.ts'

/** What every effect is given beside its input. */
export interface EffectScope {
  context: TaskContext
  task: TaskRow
  runId: string
  signal: AbortSignal
}

/** Its input after the schema filled in defaults. */
export type EffectArgs<Name extends EffectName> = z.output<(typeof EFFECTS)[Name]['input']>

/** `commit` runs in the transaction that stores the step. */
export interface EffectEnd<Name extends EffectName> {
  value: EffectOutput<Name>
  commit?: () => void
}
