import { createHash } from 'node:crypto'
import type { GetStepTools, Inngest } from 'inngest'
import type { Reply, StepRef } from '../../shared/worker-api.ts'
import { divergedError, stepErrorFrom } from './errors.ts'
import { type Invocation, untilCancelled } from './invocation.ts'

export type SdkStepTools = GetStepTools<Inngest.Any>

export interface HostStep<T> {
  id: string
  inputHash: string
  call(step: StepRef): Promise<Reply<T>>
}

/**
 * `step.run` whose body calls the host under the step's own reference. A stored step that was given something else was written by
 * other code. The step's input is the hash alone: checkpoints carry inputs several times over.
 */
export async function runHostStep<T>(run: SdkStepTools['run'], { ref, signal, inputHashes }: Invocation, { id, inputHash, call }: HostStep<T>): Promise<unknown> {
  const stepRef: StepRef = { ...ref, stepId: hashedStepId(id), stepName: id, inputHash }
  const storedHash = inputHashes[stepRef.stepId]
  if (storedHash !== undefined && storedHash !== inputHash) throw divergedError(id)
  return run(
    id,
    async (_given: string) => {
      const reply = await untilCancelled(signal, () => call(stepRef))
      if (!reply.ok) throw stepErrorFrom(reply.error)
      return reply.value
    },
    inputHash,
  )
}

/** As the SDK hashes an id that is used once. */
export function hashedStepId(id: string): string {
  return createHash('sha1').update(id).digest('hex')
}
