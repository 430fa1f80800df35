import { Middleware } from 'inngest'
import { divergedError } from './errors.ts'
import { findInvocation } from './invocation.ts'

/**
 * Compares what a step is given with what it was given when it ran first. Our steps take one argument, a hash
 * (bodies would travel in every checkpoint); a stored step whose hash differs was written by other code.
 */
export class DivergenceMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'divergence'

  override async wrapStep({ stepInfo, next }: Middleware.WrapStepArgs): Promise<unknown> {
    const stored = findInvocation()?.inputHashes[stepInfo.hashedId]
    const given: unknown = stepInfo.input?.[0]
    if (stored !== undefined && typeof given === 'string' && stored !== given) throw divergedError(stepInfo.options.id)
    return next()
  }
}
