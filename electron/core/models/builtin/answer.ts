import { runTests } from './procedures/run-tests.ts'
import { Cannot, commitWork, configure, doOrders, fix, generateDocs, isWork, plan, review } from './roles.ts'
import { readScene, type Scene } from './scene.ts'
import type { Outcome, Procedure, RulesAnswer, RulesRequest, Surroundings, Templates } from './types.ts'
import { cannot } from './words.ts'

function procedureFor({ activation, steering }: Scene, surroundings: Surroundings): Procedure {
  switch (activation.phase) {
    case 'plan':
    case 'plan-structure':
      return plan(activation, surroundings)
    case 'review':
      return review(activation)
    case 'fix':
      return fix(activation)
    case 'commit':
      return commitWork(activation, surroundings)
    case 'configure':
      return configure()
    case 'generate-docs':
      return generateDocs(activation)
    case 'validate':
      return runTests()
    case 'create-files':
    case 'execute-step':
    case 'answer':
      return withSteering(doOrders(activation, surroundings), steering, surroundings)
    default:
      return activation.phase satisfies never
  }
}

/** What the user said meanwhile is done after what was begun. */
function* withSteering(first: Procedure, steering: string[], surroundings: Surroundings): Procedure {
  const { ok, text } = yield* first
  const texts = [text]
  for (const task of steering) texts.push((yield* doOrders({ phase: 'answer', task }, surroundings)).text)
  return { ok, text: texts.join('\n\n') }
}

/** Runs a procedure from its start over the results that are there, up to its next answer. */
function replay(procedure: Procedure, turns: Scene['turns']): RulesAnswer | Outcome {
  let next = procedure.next()
  for (const results of turns) {
    if (next.done) break
    next = procedure.next(results)
  }
  return next.value
}

/** The built-in model: a pure function of the conversation. The same one gets the same answer, also after a restart. */
export function answerByRules(request: RulesRequest, templates: Templates): RulesAnswer {
  const scene = readScene(request.messages)
  const surroundings: Surroundings = {
    agent: request.agent,
    templates,
    tools: new Set(request.tools.map(({ name }) => name)),
    year: /\bDate: (\d{4})/.exec(request.system)?.[1] ?? '',
  }
  try {
    const value = replay(procedureFor(scene, surroundings), scene.turns)
    if ('ok' in value) return { text: value.text, calls: [] }
    const missing = value.calls.map(({ name }) => name).filter((name) => !surroundings.tools.has(name))
    if (missing.length > 0) return { text: cannot(`it needs ${[...new Set(missing)].join(', ')}, which I may not use here.`), calls: [], cannot: scene.turns.length === 0 }
    return value
  } catch (error) {
    if (!(error instanceof Cannot)) throw error
    return { text: error.message, calls: [], cannot: isWork(scene.activation) }
  }
}
