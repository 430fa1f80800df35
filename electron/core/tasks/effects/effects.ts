import { toErrorBody, RainyError } from '../../../../shared/errors.ts'
import { EFFECTS, type EffectName } from '../../../../shared/effects.ts'
import type { JsonValue } from '../../../../shared/json.ts'
import type { Reply, StepRef } from '../../../../shared/worker-api.ts'
import type { TaskContext } from '../context.ts'
import { failRound, finishRound } from './end-round.ts'
import { appendProgress, recordPlan } from './progress.ts'
import { runTool } from './run-tool.ts'
import type { EffectArgs, EffectEnd, EffectScope } from './types.ts'
import { validate } from './validate.ts'
import { summarizeWorkspace } from './workspace-summary.ts'

type Effects = { [Name in EffectName]: (scope: EffectScope, input: EffectArgs<Name>) => Promise<EffectEnd<Name>> | EffectEnd<Name> }

const effects: Effects = {
  progress: appendProgress,
  'record-plan': recordPlan,
  validate,
  'finish-round': finishRound,
  'fail-round': failRound,
  'run-tool': runTool,
  'workspace-summary': summarizeWorkspace,
}

/** A host-side step that is neither a model call nor an agent's batch. */
export async function effectStep(context: TaskContext, step: StepRef, name: string, input: JsonValue): Promise<Reply<JsonValue>> {
  try {
    if (!(name in EFFECTS)) throw new RainyError('INTERNAL', `There is no effect ${name}.`)
    const value = await context.engine.hostStep(step, async (host) => {
      const scope: EffectScope = { context, task: context.tasks.find(host.run.groupKey ?? ''), runId: step.runId, signal: host.signal }
      return run(name as EffectName, scope, input)
    })
    return { ok: true, value }
  } catch (error) {
    return { ok: false, error: toErrorBody(error) }
  }
}

async function run<Name extends EffectName>(name: Name, scope: EffectScope, raw: JsonValue): Promise<{ value: JsonValue; commit?: () => void }> {
  const input = EFFECTS[name].input.parse(raw) as EffectArgs<Name>
  const end = await effects[name](scope, input)
  return { value: end.value as JsonValue, ...(end.commit ? { commit: end.commit } : {}) }
}
