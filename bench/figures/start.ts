import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sayHi } from '../../tests/model-server/scripts/say-hi.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { createStand, startNode, succeed, tempDir, type Stand } from '../place.ts'
import { figure, median, round } from '../stats.ts'

const RUNS = { full: 15, quick: 4 }
const TIME = '/usr/bin/time'
const HI = ['run', 'hi', '--yes']

interface Usage {
  cpuSeconds: number
  residentMib: number
}

/** A command from its start to its first model request and to its end: as owner, and attached to a running one. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const runs = quick ? RUNS.quick : RUNS.full
  await using stand = await createStand(sayHi)
  // What V8 keeps of the compiled code, and the database, are there from the second run on.
  for (let warm = 0; warm < 2; warm += 1) await succeed(stand.start(HI))
  const first: number[] = []
  const wall: number[] = []
  const control: number[] = []
  const usages: Usage[] = []
  for (let n = 0; n < runs; n += 1) {
    control.push(await emptyNode())
    const { request, whole } = await sayHiOnce(stand)
    first.push(request)
    wall.push(whole)
    const usage = await usageOf(stand)
    if (usage) usages.push(usage)
  }
  say(`start: first request after ${round(median(first))} ms, an empty node ${round(median(control))} ms`)
  const attached = await attachedRuns(stand, runs)
  const ratio = `${round(median(first) / median(control))} × an empty node process`
  return {
    'control: an empty node process': figure(control, { unit: 'ms' }),
    'cold start to the first model request': figure(first, { unit: 'ms', target: 215, note: ratio }),
    'start to the first model request, an owner running': figure(attached, { unit: 'ms', target: 100 }),
    'say hi, wall': figure(wall, { unit: 'ms', target: 260, note: `${round(median(wall) / median(control))} × an empty node process` }),
    ...(usages.length > 0
      ? {
          'say hi, CPU': figure(usages.map(({ cpuSeconds }) => cpuSeconds), { unit: 's', target: 0.4 }),
          'say hi, peak resident': figure(usages.map(({ residentMib }) => residentMib), { unit: 'MiB', target: 170 }),
        }
      : {}),
  }
}

async function emptyNode(): Promise<number> {
  const started = startNode(['-e', '0'])
  return (await succeed(started)).endedAt - started.startedAt
}

async function sayHiOnce(stand: Stand): Promise<{ request: number; whole: number }> {
  const before = stand.server.calls.length
  const started = stand.start(HI)
  const { endedAt } = await succeed(started)
  const call = stand.server.calls[before]
  if (!call) throw new Error('no model request came')
  return { request: call.receivedAt - started.startedAt, whole: endedAt - started.startedAt }
}

async function usageOf(stand: Stand): Promise<Usage | undefined> {
  if (process.platform !== 'linux' || !existsSync(TIME)) return undefined
  using temp = tempDir('time')
  const file = join(temp.dir, 'usage')
  await succeed(stand.start(HI, { wrap: [TIME, '-f', '%U %S %M', '-o', file] }))
  const [user = 0, system = 0, kib = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number)
  return { cpuSeconds: user + system, residentMib: kib / 1024 }
}

async function attachedRuns(stand: Stand, runs: number): Promise<number[]> {
  const owner = stand.start(['serve'])
  await owner.firstLine
  try {
    await sayHiOnce(stand)
    const samples: number[] = []
    for (let n = 0; n < runs; n += 1) samples.push((await sayHiOnce(stand)).request)
    return samples
  } finally {
    owner.child.kill('SIGTERM')
    await owner.ended
  }
}

export const start: FigureGroup = { name: 'start', run }
