import { hash } from 'node:crypto'
import { type EffectInput, type EffectName, type EffectOutput, type EffectSuspended, EFFECTS } from '../../shared/effects.ts'
import { canonicalJson, type JsonValue } from '../../shared/json.ts'
import { type InferRequest, type InferResult, inferResultSchema, type Suspension, type ToolBatchRequest, type ToolBatchResult, toolBatchResultSchema } from '../../shared/model.ts'
import type { Reply, StepRef } from '../../shared/worker-api.ts'
import { runHostStep } from './host-step.ts'
import type { StepTools } from './inline-inference.ts'
import type { Invocation } from './invocation.ts'

/** How long a task may wait for a person. The engine ends waits; the protocol wants a bound. */
const WAIT_LIMIT = '52w'

/** What a call of a child function gives back is its own business. */
export interface Child {
  fn: Parameters<StepTools['invoke']>[1]['function']
  data: JsonValue
}

/**
 * What workflows and agents do to the world: every call is one durable step.
 *
 * Invariants:
 * 1. A step id names the same work in every replay; what waited goes on under a new id.
 * 2. A step is given a hash of its input, never the input: checkpoints carry inputs several times over.
 * 3. A stored step that was given something else stops the run before anything else happens.
 * 4. The body of a step calls the host once, with the step's own reference (twice for a conversation the host has lost).
 */
export interface Durable {
  readonly runId: string
  /** `request(true)` is the whole conversation, for a host that does not hold its beginning. */
  infer(id: string, inputHash: string, request: (whole: boolean) => InferRequest): Promise<InferResult>
  tools(id: string, inputHash: string, request: ToolBatchRequest): Promise<ToolBatchResult>
  /** Waits out what the effect asks to wait for. */
  effect<Name extends EffectName>(id: string, name: Name, input: EffectInput<Name>): Promise<Exclude<EffectOutput<Name>, EffectSuspended>>
  /** Until what was suspended may be tried again. */
  wait(id: string, suspension: Suspension): Promise<void>
  invoke(id: string, child: Child): Promise<unknown>
}

export function createDurable(step: StepTools, invocation: Invocation, taskId: string): Durable {
  const { ref, host } = invocation

  function hostStep<T>(id: string, inputHash: string, call: (step: StepRef) => Promise<Reply<T>>): Promise<unknown> {
    return runHostStep(step.run, invocation, { id, inputHash, call })
  }

  /** The engine lets one event end one wait of the same condition, so that what is suspended again waits again. */
  async function waitForEvent(id: string, event: string, condition: string): Promise<void> {
    await step.waitForEvent(id, { event, timeout: WAIT_LIMIT, if: condition })
  }

  async function wait(id: string, suspension: Suspension): Promise<void> {
    switch (suspension.on) {
      case 'until':
        await step.sleepUntil(id, new Date(suspension.at).toISOString())
        return
      case 'approval':
      case 'in-doubt':
        // One after another is enough: the engine looks back, and finds a decision that came before its wait.
        for (const approvalId of suspension.approvalIds) {
          await waitForEvent(`${id}/${approvalId}`, 'brain/approval.decided', `async.data.approvalId == ${celString(approvalId)}`)
        }
        return
      case 'trust':
      case 'budget':
      case 'disk':
      case 'turn-limit':
      case 'time-limit':
        await waitForEvent(id, 'brain/task.unparked', `async.data.taskId == ${celString(taskId)}`)
        return
      default:
        suspension satisfies never
    }
  }

  return {
    runId: ref.runId,
    async infer(id, inputHash, request) {
      return inferResultSchema.parse(await step.ai.infer(id, { inputHash, request }))
    },
    async tools(id, inputHash, request) {
      return toolBatchResultSchema.parse(await hostStep(id, inputHash, (stepRef) => host.tools(stepRef, request)))
    },
    async effect(name, effect, input) {
      for (let attempt = 1; ; attempt += 1) {
        const id = attempt === 1 ? name : `${name}~${attempt}`
        const stored = await hostStep(id, hashOf({ effect, input }), (stepRef) => host.effect(stepRef, effect, input as JsonValue))
        const output = EFFECTS[effect].output.parse(stored)
        if (!('suspend' in output)) return output as never
        await wait(`${id}/wait`, output.suspend)
      }
    },
    wait,
    invoke: (id, { fn, data }) => step.invoke(id, { function: fn, data }),
  }
}

export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex')
}

function celString(text: string): string {
  return JSON.stringify(text)
}
