import type { z } from 'zod'
import { type Activation, renderActivation } from '../../../shared/activation.ts'
import type { RoundRequest } from '../../../shared/brain-events.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { AgentName, Handoff } from '../../../shared/plan.ts'
import type { ProgressBody } from '../../../shared/progress.ts'
import { runAgent } from '../agentkit/turn-loop.ts'
import type { Team, TeamRun } from '../agentkit/team.ts'
import { openState, type Route, type RoundState } from '../agents/router.ts'
import { renderSystem } from '../agents/surroundings.ts'
import type { Durable } from '../durable.ts'

const STATE_EXCERPT_CHARS = 600

/** What an agent did. */
export interface Work {
  text: string
  filesModified: string[]
}

export interface AgentWork<T = undefined> extends Work {
  /** Whether it called anything that may leave something behind. */
  acted: boolean
  value?: T
}

export interface ActivateOptions<T> {
  readOnly?: boolean
  answer?: z.ZodType<T>
}

/** One run's way through a round: what it may use, and where it stands. */
export interface Round {
  readonly request: RoundRequest
  readonly durable: Durable
  /** Tells of the next step, with the handoffs that lead to it. `total` grows when work turns up. */
  announce(message: string, agent?: AgentName, handoff?: Handoff): Promise<void>
  /** Several at once. */
  announceAll(steps: Array<{ message: string; agent: AgentName; handoff?: Handoff }>): Promise<void>
  expect(steps: number): void
  /** Opens the network of the round: its router says who is next. */
  follow(route: Route): TeamRun<RoundState>
  /** Wakes an agent. Throws what its model call failed with. */
  activate<T = undefined>(agent: AgentName, activation: Omit<Activation, 'task'>, options?: ActivateOptions<T>): Promise<AgentWork<T>>
}

export interface RoundParts {
  request: RoundRequest
  durable: Durable
  team: Team<RoundState>
  tree: string
}

export function createRound({ request, durable, team, tree }: RoundParts): Round {
  let activations = 0
  let announced = 0
  let done = 0
  let total = 0

  async function announceAll(steps: Array<{ message: string; agent?: AgentName; handoff?: Handoff }>): Promise<void> {
    total = Math.max(total, done + steps.length)
    const bodies: ProgressBody[] = steps.flatMap(({ message, agent, handoff }) => {
      done += 1
      const step: ProgressBody = { type: 'step', runId: durable.runId, step: done, total, message, ...(agent ? { agent } : {}) }
      return handoff ? [{ type: 'handoff', runId: durable.runId, ...handoff } as const, step] : [step]
    })
    announced += 1
    await durable.effect(`announce-${announced}`, 'progress', { bodies })
  }

  return {
    request,
    durable,
    announceAll,
    announce: (message, agent, handoff) => announceAll([{ message, ...(agent ? { agent } : {}), ...(handoff ? { handoff } : {}) }]),
    expect(steps) {
      total = done + steps
    },
    follow: (route) => team.open(openState(route, request.header.limits.maxFixRounds)),
    async activate(agent, activation, { readOnly = false, answer } = {}) {
      activations += 1
      const definition = team.member(agent)
      const end = await runAgent(durable, {
        definition,
        key: `${activations}-${agent}-${activation.phase}`,
        system: renderSystem(definition.spec.prompt, { header: request.header, workspace: request.workspace, tree }),
        opening: renderActivation({ ...activation, ...(request.history.length > 0 ? { history: request.history } : {}), task: request.text }),
        readOnly,
        ...(answer ? { answer } : {}),
      })
      if (end.state === 'failed') throw new AgentFailure(end.error.code, end.error.message, end.error.details ? { details: end.error.details } : {})
      return { text: end.text, filesModified: end.filesModified, acted: end.acted, ...(end.value === undefined ? {} : { value: end.value }) }
    },
  }
}

/** A model call that failed for good; it ends the round. */
export class AgentFailure extends RainyError {}

/** An agent that was to do something and neither did nor said anything. */
export function expectWork<T extends AgentWork>(work: T): T {
  if (work.acted || work.text.trim() !== '') return work
  throw new AgentFailure('PROVIDER_BAD_RESPONSE', 'The model gave nothing but empty answers. Try again, or choose another model.')
}

export function handoff(from: AgentName, to: AgentName, work: { text: string; filesModified: string[] }, remainingTasks: string[], reason: string): Handoff {
  return { from, to, context: { filesModified: work.filesModified, currentState: work.text.slice(-STATE_EXCERPT_CHARS), remainingTasks }, reason }
}
