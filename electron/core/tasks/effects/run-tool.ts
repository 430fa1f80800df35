import { runCalls } from '../run-calls.ts'
import type { EffectArgs, EffectEnd, EffectScope } from './types.ts'

/** One call that the workflow itself makes, under the same policy and journal as an agent's. */
export async function runTool({ context, task, runId, signal }: EffectScope, { key, tool, args }: EffectArgs<'run-tool'>): Promise<EffectEnd<'run-tool'>> {
  const end = await runCalls(context, { task, runId, key, calls: [{ tool, args }], signal })
  if (end.state === 'suspend') return { value: { suspend: end.suspension }, commit: end.commit }
  const outcome = end.outcomes[0]
  if (outcome?.status === 'success') return { value: { result: outcome.result }, commit: end.commit }
  return { value: { error: outcome?.error ?? { code: 'INTERNAL', message: 'The call gave no result.' } }, commit: end.commit }
}
