import { parseArgs } from 'node:util'
import { killAndContinue, undisturbed, type KillAt } from './trial.ts'

/**
 * `npm run test:crash -- [--kills N] [--bounded]`: SIGKILL at every checkpoint in turn and at N random moments (default 100) of a task
 * that plans, edits, tests, reviews and commits; each time a new process goes on, and the end must be the same to the byte.
 * `--bounded` takes a few of each, for `npm test`.
 */
const BOUNDED = { checkpoints: 6, kills: 6 }
const DEFAULT_KILLS = 100

const { values } = parseArgs({ options: { kills: { type: 'string' }, bounded: { type: 'boolean', default: false }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const kills = Number(values.kills ?? (values.bounded ? BOUNDED.kills : DEFAULT_KILLS))
if (!Number.isInteger(kills) || kills < 0) throw new Error('--kills takes a whole number')

const expected = await undisturbed()
console.log(`undisturbed: ${expected.steps} steps, ${expected.modelCalls} model calls, ${expected.durationMs} ms; seed ${seed}`)

const trials: KillAt[] = [...checkpoints(), ...Array.from({ length: kills }, (_, index) => ({ ms: Math.round(random(seed + index) * expected.durationMs) }))]
let failed = 0
for (const at of trials) {
  const wrong = await killAndContinue(at, expected)
  if (wrong.length === 0) continue
  failed += 1
  console.error(`killed at ${JSON.stringify(at)}:\n  ${wrong.join('\n  ')}`)
}
console.log(`${trials.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function checkpoints(): KillAt[] {
  const all = Array.from({ length: expected.steps }, (_, index) => ({ steps: index + 1 }))
  if (!values.bounded) return all
  const stride = Math.max(1, Math.floor(all.length / BOUNDED.checkpoints))
  return all.filter((_, index) => index % stride === seed % stride).slice(0, BOUNDED.checkpoints)
}

/** mulberry32: a seed names the moments, so that a failure can be looked at again. */
function random(from: number): number {
  let state = (from * 0x9e3779b9 + 0x6d2b79f5) | 0
  state = Math.imul(state ^ (state >>> 15), state | 1)
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296
}
