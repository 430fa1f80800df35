import { Middleware } from 'inngest'
import type { InferRequest } from '../../shared/model.ts'
import { runHostStep, type SdkStepTools } from './host-step.ts'
import { currentInvocation } from './invocation.ts'

/** One model call, which the host makes. */
export interface Inference {
  /** Of all that the model is going to see. */
  inputHash: string
  /** `request(true)` is the whole conversation, for a host that does not hold its beginning. */
  request(whole: boolean): InferRequest
}

/** The SDK's step tools as the middleware hands them to the functions. */
export interface StepTools extends Omit<SdkStepTools, 'ai'> {
  /** Gives what the step stored; whoever asked parses it. */
  ai: { infer(id: string, inference: Inference): Promise<unknown> }
}

/**
 * Makes `step.ai.infer` an inline step that the host computes. The SDK's own leaves the function and replays it for each model
 * call: the cost of a run would grow with the square of its turns.
 */
export class InlineInference extends Middleware.BaseMiddleware {
  override readonly id = 'inline-inference'

  override transformFunctionInput(arg: Middleware.TransformFunctionInputArgs): Middleware.TransformFunctionInputArgs {
    return { ...arg, ctx: { ...arg.ctx, step: { ...arg.ctx.step, ai: inlineAi(arg.ctx.step) } } }
  }
}

function inlineAi(step: SdkStepTools): SdkStepTools['ai'] & StepTools['ai'] {
  const infer: StepTools['ai']['infer'] = (id, { inputHash, request }) => {
    const invocation = currentInvocation()
    return runHostStep(step.run, invocation, {
      id,
      inputHash,
      async call(stepRef) {
        const reply = await invocation.host.infer(stepRef, request(false))
        return reply.ok && reply.value.state === 'resend' ? invocation.host.infer(stepRef, request(true)) : reply
      },
    })
  }
  // Its own signature is about adapters that the host alone has; the functions see `StepTools`.
  return { ...step.ai, infer: infer as SdkStepTools['ai']['infer'] & typeof infer }
}
