import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { calls, inTurns, play } from '../model-server/scripts/scene.ts'
import { createBench, type Bench } from './bench.ts'
import type { RainyEnd, RainyProcess } from './rainy-process.ts'
import { storeOf } from './snapshot.ts'

/** Leaves a line when it begins and one when it ends, and ends only once it is let go. */
const COMMAND = 'echo begun >> ran.txt; until [ -e go.txt ]; do sleep 0.05; done; echo ended >> ran.txt'

const script = play({
  terminal: inTurns(calls(['run_command', { command: COMMAND }]), ({ results }) => ({ text: results.map(({ content }) => content).join('\n') })),
})

type Stop = 'interrupt' | 'kill'

/**
 * A command whose end nobody saw is never run again blindly. Through real processes: stopped by Ctrl-C and by SIGKILL; in full-auto the
 * model is told, else the user decides, each way, and a decision counts once. Returns what is wrong.
 */
export async function checkDoubts(): Promise<string[]> {
  const checks: Array<[string, () => Promise<string[]>]> = [
    ...(['interrupt', 'kill'] as const).map((stop): [string, () => Promise<string[]>] => [`full-auto, ${stop}`, () => toldToModel(stop)]),
    ['skip after interrupt', () => decided('interrupt', 'skip', ['begun'])],
    ['done after kill', () => decided('kill', 'done', ['begun'])],
    ['rerun after kill', () => decided('kill', 'rerun', ['begun', 'begun', 'ended'])],
    ['rerun that is killed again', rerunCountsOnce],
  ]
  const wrong: string[] = []
  for (const [name, check] of checks) wrong.push(...(await check()).map((what) => `${name}: ${what}`))
  return wrong
}

/** A task whose command has begun. */
interface Begun extends AsyncDisposable {
  bench: Bench
  process: RainyProcess
}

async function begin(mode: string): Promise<Begun> {
  const bench = await createBench({ files: { 'a.txt': 'a\n' }, git: false, script, latencyMs: 0 }, { keepBodies: true })
  let process = bench.rainy('run', `run \`${COMMAND}\``, '--mode', mode, '--trust')
  if (mode !== 'full-auto') {
    await process.ended
    await bench.rainy('approve', askedOf(bench)).ended
    process = bench.rainy('resume')
  }
  await untilRan(bench, 1)
  return { bench, process, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() }
}

async function toldToModel(stop: Stop): Promise<string[]> {
  await using begun = await begin('full-auto')
  const { bench, process } = begun
  await end(process, stop)
  letGo(bench)
  const resumed = await bench.rainy('resume').ended
  const told = JSON.stringify(bench.server?.calls.at(-1)?.body ?? '').includes('OUTCOME_UNKNOWN')
  return differences([
    ['exit', resumed.code, 0],
    ['ran', ran(bench), ['begun']],
    ['the model was told', told, true],
  ])
}

async function decided(stop: Stop, decision: 'rerun' | 'skip' | 'done', wanted: string[]): Promise<string[]> {
  await using begun = await begin('ask')
  const { bench, process } = begun
  await end(process, stop)
  letGo(bench)
  const asked = await bench.rainy('resume').ended
  const before = ran(bench)
  const id = askedOf(bench)
  const given = await bench.rainy('decide', id, decision).ended
  const again = await bench.rainy('decide', id, 'rerun').ended
  const resumed = await bench.rainy('resume').ended
  const more = await bench.rainy('resume').ended
  return differences([
    ['exit while it asks', asked.code, 3],
    ['ran before the decision', before, ['begun']],
    ['exit of the decision', given.code, 0],
    ['a second decision', [again.code, again.stderr.includes('ALREADY_DECIDED') || again.stdout.includes('ALREADY_DECIDED')], [1, true]],
    ['exit', resumed.code, 0],
    ['ran', ran(bench), wanted],
    ['nothing is left', more.code, 0],
    ['status', storeOf(bench.dataDir)?.taskStatus, 'completed'],
  ])
}

async function rerunCountsOnce(): Promise<string[]> {
  await using begun = await begin('ask')
  const { bench, process } = begun
  await end(process, 'kill')
  await bench.rainy('resume').ended
  await bench.rainy('decide', askedOf(bench), 'rerun').ended
  const again = bench.rainy('resume')
  await untilRan(bench, 2)
  await end(again, 'kill')
  letGo(bench)
  const asked = await bench.rainy('resume').ended
  const before = ran(bench)
  await bench.rainy('decide', askedOf(bench), 'rerun').ended
  const resumed = await bench.rainy('resume').ended
  return differences([
    ['exit while it asks again', asked.code, 3],
    ['ran before the second decision', before, ['begun', 'begun']],
    ['exit', resumed.code, 0],
    ['ran', ran(bench), ['begun', 'begun', 'begun', 'ended']],
  ])
}

async function end(process: RainyProcess, stop: Stop): Promise<RainyEnd> {
  if (stop === 'interrupt') process.child.kill('SIGINT')
  else process.kill()
  return process.ended
}

function askedOf({ dataDir }: Bench): string {
  return storeOf(dataDir)?.asked?.id ?? ''
}

function letGo({ workspace }: Bench): void {
  writeFileSync(join(workspace, 'go.txt'), '')
}

function ran({ workspace }: Bench): string[] {
  const path = join(workspace, 'ran.txt')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

async function untilRan(bench: Bench, times: number): Promise<void> {
  const limit = Date.now() + 60_000
  while (ran(bench).length < times) {
    if (Date.now() > limit) throw new Error('the command did not begin')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function differences(checks: Array<[what: string, found: unknown, wanted: unknown]>): string[] {
  return checks.flatMap(([what, found, wanted]) => (isDeepStrictEqual(found, wanted) ? [] : [`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`]))
}
