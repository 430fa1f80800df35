import { parseArgs } from 'node:util'
import { checkDoubts } from './in-doubt.ts'
import type { KillAt } from './killer.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { killAndContinue, undisturbed, type Outcome } from './trial.ts'

/**
 * `npm run test:crash -- [--kills N] [--bounded] [--only NAME] [--seed S]`: for each scenario SIGKILL at every checkpoint in turn and at
 * random moments, every third time the process that goes on as well and every ninth time that of the second try. Each time new processes
 * go on, and the end must be the same to the byte. The first scenario is killed N times (default 100), each other one N / OTHERS_SHARE.
 * `--bounded` takes a few of each, for `npm test`.
 */
const DEFAULT_KILLS = 100
const OTHERS_SHARE = 5
const BOUNDED = { first: { checkpoints: 3, kills: 3 }, other: { checkpoints: 1, kills: 1 } }

const { values } = parseArgs({ options: { kills: { type: 'string' }, bounded: { type: 'boolean', default: false }, only: { type: 'string' }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const asked = Number(values.kills ?? DEFAULT_KILLS)
if (!Number.isInteger(asked) || asked < 0) throw new Error('--kills takes a whole number')

let failed = 0
if (values.only === undefined || values.only === 'in-doubt') {
  const started = Date.now()
  const wrong = await checkDoubts()
  failed += wrong.length
  for (const one of wrong) console.error(`in doubt: ${one}`)
  console.log(`in-doubt: ${wrong.length === 0 ? 'passed' : `${wrong.length} wrong`} in ${seconds(started)}`)
}
for (const [index, scenario] of SCENARIOS.entries()) {
  if (values.only !== undefined && values.only !== scenario.name) continue
  const started = Date.now()
  const expected = await undisturbed(scenario)
  const trials = plan(index, expected)
  let wrongs = 0
  for (const kills of trials) {
    const wrong = await killAndContinue(scenario, kills, expected)
    if (wrong.length === 0) continue
    wrongs += 1
    console.error(`${scenario.name}, killed at ${JSON.stringify(kills)}:\n  ${wrong.join('\n  ')}`)
  }
  failed += wrongs
  console.log(`${scenario.name}: ${expected.steps} steps, ${expected.modelCalls} model calls, ${expected.durationMs} ms undisturbed; ${trials.length - wrongs} of ${trials.length} trials passed in ${seconds(started)} (seed ${seed})`)
}
process.exit(failed === 0 ? 0 : 1)

function plan(index: number, expected: Outcome): KillAt[][] {
  const bound = index === 0 ? BOUNDED.first : BOUNDED.other
  const kills = values.bounded ? bound.kills : index === 0 ? asked : Math.ceil(asked / OTHERS_SHARE)
  const all = Array.from({ length: expected.steps }, (_, step) => step + 1)
  const stride = Math.max(1, Math.floor(all.length / bound.checkpoints))
  const checkpoints = values.bounded ? all.filter((step) => step % stride === seed % stride).slice(0, bound.checkpoints) : all
  return [...checkpoints.map((steps) => [{ steps }]), ...Array.from({ length: kills }, (_, trial) => moments(seed + trial, trial % 9 === 8 ? 3 : trial % 3 === 2 ? 2 : 1, expected.durationMs))]
}

function moments(from: number, count: number, durationMs: number): KillAt[] {
  return Array.from({ length: count }, (_, nth) => Math.round(random(from + nth * 7919) * durationMs * (nth === 0 ? 1 : 1.5)))
    .toSorted((a, b) => a - b)
    .map((ms) => ({ ms }))
}

/** mulberry32: a seed names the moments, so that a failure can be looked at again. */
function random(from: number): number {
  let state = (from * 0x9e3779b9 + 0x6d2b79f5) | 0
  state = Math.imul(state ^ (state >>> 15), state | 1)
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}
