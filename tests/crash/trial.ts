import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createBench, type Bench } from './bench.ts'
import { createKiller, type KillAt, type Killer } from './killer.ts'
import type { RainyEnd } from './rainy-process.ts'
import type { Scenario } from './scenario.ts'
import { gitOf, storeOf, treeOf, watchSteps, type GitFacts, type StoreFacts } from './snapshot.ts'

export interface Outcome {
  tree: Record<string, string>
  git: GitFacts | undefined
  modelCalls: number
  steps: number
  durationMs: number
}

/** What stood on disk when a process had died, and how often the model had been asked by then. */
interface Death {
  store: StoreFacts | undefined
  calls: number
}

/** More processes than any trial can need: who needs them is going round in circles. */
const LIFE_LIMIT = 20

/** The task from end to end with nothing killed: what every trial must come to. */
export async function undisturbed(scenario: Scenario): Promise<Outcome> {
  await using bench = await createBench(scenario)
  const started = Date.now()
  const { wrong } = await live(bench, scenario, [])
  const outcome: Outcome = {
    tree: treeOf(bench.workspace),
    git: scenario.git ? gitOf(bench.workspace) : undefined,
    modelCalls: storeOf(bench.dataDir)?.modelCalls ?? 0,
    steps: storeOf(bench.dataDir)?.steps ?? 0,
    durationMs: Date.now() - started,
  }
  const left = Object.fromEntries(Object.keys(outcome.tree).map((path) => [path, readFileSync(join(bench.workspace, path), 'utf8')]))
  if (scenario.expected && !isDeepStrictEqual(left, scenario.expected)) wrong.push(`it left ${JSON.stringify(left)}`)
  if (wrong.length > 0) throw new Error(`${scenario.name}, undisturbed:\n${wrong.join('\n')}`)
  return outcome
}

/** Kills the task at these moments, goes on each time as a person would, and compares what comes of it. Returns what is wrong. */
export async function killAndContinue(scenario: Scenario, kills: KillAt[], expected: Outcome): Promise<string[]> {
  await using bench = await createBench(scenario)
  const { deaths, wrong } = await live(bench, scenario, kills)
  return [...wrong, ...differences(bench, scenario, expected, deaths)]
}

/** One process after another until the task has ended. */
async function live(bench: Bench, scenario: Scenario, kills: KillAt[]): Promise<{ deaths: Death[]; wrong: string[] }> {
  const deaths: Death[] = []
  const wrong: string[] = []
  using killer = createKiller(bench.dataDir, kills)
  for (let life = 1; ; life += 1) {
    const store = storeOf(bench.dataDir)
    if (store?.taskStatus !== undefined && ['completed', 'failed', 'cancelled'].includes(store.taskStatus)) return { deaths, wrong }
    if (life > LIFE_LIMIT || wrong.length > 0) return { deaths, wrong: [...wrong, `after ${life} processes it is ${store?.taskStatus ?? 'not begun'}`] }
    const onDeath = (): void => void deaths.push({ store: storeOf(bench.dataDir), calls: bench.server?.calls.length ?? 0 })
    const ends = scenario.served && store?.taskId === undefined ? await beServed(bench, scenario, killer, onDeath) : await goOn(bench, scenario, killer, { store, onDeath })
    wrong.push(...ends.filter(({ code }) => code !== null && code !== 0 && code !== 3).map((end) => `a process ended with ${end.code}:\n${tail(end)}`))
  }
}

/** What a person does next: starts it, answers what it asks, or resumes it. */
async function goOn(bench: Bench, scenario: Scenario, killer: Killer, { store, onDeath }: { store: StoreFacts | undefined; onDeath(): void }): Promise<RainyEnd[]> {
  const first = bench.rainy(...nextCommand(bench, scenario, store))
  using _said = sayWhen(bench, scenario, killer)
  return await killer.watch([first], onDeath)
}

function nextCommand({ workspace }: Bench, { task, mode, decide }: Scenario, store: StoreFacts | undefined): string[] {
  // Killed before it was stored there is nothing to resume: the user starts it again.
  if (store?.taskId === undefined) return ['run', task, '--mode', mode, '--trust']
  if (store.asked) return store.asked.kind === 'in-doubt' ? ['decide', store.asked.id, decide?.(workspace) ?? 'rerun'] : ['approve', store.asked.id]
  return ['resume', store.taskId]
}

/** The owner is killed; the command that is attached to it carries the task on and finishes it. */
async function beServed(bench: Bench, { task, mode }: Scenario, killer: Killer, onDeath: () => void): Promise<RainyEnd[]> {
  const owner = bench.rainy('serve')
  await new Promise((resolve) => void owner.child.stdout?.once('data', resolve))
  const attached = bench.rainy('run', task, '--mode', mode, '--trust')
  const killed = killer.watch([owner], onDeath)
  const end = await attached.ended
  owner.kill()
  await killed
  return [end.code === 3 ? { ...end, code: -1 } : end]
}

/** Another process says the scenario's words, once; it is killed with the rest, and then they are said again. */
function sayWhen(bench: Bench, { says }: Scenario, killer: Killer): Disposable {
  let isSaid = false
  const watch = says && watchSteps(bench.dataDir, (steps) => {
    if (isSaid || steps < says.afterSteps) return
    isSaid = true
    const store = storeOf(bench.dataDir)
    if (store?.taskId !== undefined && store.messages < 2) killer.add(bench.rainy('run', '-c', store.taskId, says.text))
  })
  return { [Symbol.dispose]: () => watch?.stop() }
}

function differences(bench: Bench, scenario: Scenario, expected: Outcome, deaths: Death[]): string[] {
  const wrong: string[] = []
  const check = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted)) wrong.push(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`)
  }
  const end = storeOf(bench.dataDir)
  check('files', treeOf(bench.workspace), expected.tree)
  if (scenario.git) check('git', gitOf(bench.workspace), expected.git)
  check('integrity', [...deaths.flatMap(({ store }) => store?.integrity ?? []), end?.integrity].filter((integrity) => integrity !== 'ok'), [])
  check('status', [end?.taskStatus, end?.taskError], ['completed', null])
  if (!scenario.says) check('stored model calls', end?.modelCalls, expected.modelCalls)
  for (const [index, { store, calls }] of deaths.entries()) {
    const next = deaths[index + 1]
    if (bench.server) {
      // What was on its way when the next one died is asked for again; what was stored never is.
      const twice = (next?.calls ?? bench.server.calls.length) - calls - ((next ? next.store : end)?.modelCalls ?? 0) + (store?.modelCalls ?? 0)
      if (twice < 0 || twice > (next ? scenario.atOnce : 0)) wrong.push(`${twice} more model calls were made after death ${index + 1} than were stored`)
    }
    const finished = new Set(store?.finishedCalls)
    check('finished tool calls that ran again', end?.begun.filter(({ callId, seq }) => seq > (store?.lastSeq ?? 0) && finished.has(callId)), [])
  }
  check('requests the model refused', bench.server?.calls.flatMap((call) => call.refusal ?? []) ?? [], [])
  return wrong
}

function tail(end: RainyEnd): string {
  return `${end.stdout.slice(-1500)}\n${end.stderr.slice(-1500)}`
}
