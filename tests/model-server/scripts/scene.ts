import { parseActivation, type Activation, type Phase } from '../../../shared/activation.ts'
import type { ModelMessage } from '../../../shared/model.ts'
import type { Script, ScriptAnswer, ScriptRequest } from '../script.ts'

/** Where an agent's conversation stands: all that a scripted agent decides by. */
export interface Scene {
  request: ScriptRequest
  activation: Activation
  /** Answers given since it was woken: 0 at its first. */
  turn: number
  /** Results of the calls of its last answer, in their order. */
  results: Array<Extract<ModelMessage, { role: 'tool' }>>
}

export type Act = (scene: Scene) => ScriptAnswer

export function sceneOf(request: ScriptRequest): Scene | undefined {
  const { messages } = request
  const start = messages.findLastIndex((message) => message.role === 'user' && parseActivation(message.text) !== undefined)
  const opening = messages[start]
  const activation = opening?.role === 'user' ? parseActivation(opening.text) : undefined
  if (!activation) return undefined
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  return {
    request,
    activation,
    turn: messages.slice(start).filter(({ role }) => role === 'assistant').length,
    results: messages.slice(Math.max(last, start) + 1).filter((message) => message.role === 'tool'),
  }
}

/** A script by agent and phase. What it does not foresee ends the answer with words that a test will see. */
export function play(acts: Record<string, Partial<Record<Phase, Act>> | Act>): Script {
  return (request) => {
    const scene = sceneOf(request)
    if (!scene) return { text: 'The script knows no conversation without an activation.' }
    const acting = acts[request.agent]
    const act = typeof acting === 'function' ? acting : acting?.[scene.activation.phase]
    return act ? act(scene) : { text: `The script has nothing for ${request.agent} in ${scene.activation.phase}.` }
  }
}

/** Answers one after another, the last one from then on. */
export function inTurns(...answers: Array<ScriptAnswer | Act>): Act {
  return (scene) => {
    const answer = answers[Math.min(scene.turn, answers.length - 1)]
    return typeof answer === 'function' ? answer(scene) : (answer ?? { text: '' })
  }
}

export function json(value: unknown): ScriptAnswer {
  return { text: JSON.stringify(value) }
}

export function calls(...list: Array<[name: string, args: unknown]>): ScriptAnswer {
  return { toolCalls: list.map(([name, args]) => ({ name, args })) }
}
