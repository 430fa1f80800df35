import { calls, play } from '../../tests/model-server/scripts/scene.ts'
import type { ScriptAnswer, ScriptRequest } from '../../tests/model-server/script.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { createStand, now, smallFiles, succeed } from '../place.ts'
import { figure, median, round } from '../stats.ts'

const TURNS = { full: 200, quick: 60 }
const TASKS = { full: 3, quick: 1 }
const FILES = 10
const EARLY = { from: 5, to: 15 }
/** As many as there are early ones. */
const LATE = EARLY.to - EARLY.from

/** A model's answer complete → the next request received, one `read_file` of 1 kB between, all of it durable. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const turns = quick ? TURNS.quick : TURNS.full
  const all: number[] = []
  const early: number[] = []
  const late: number[] = []
  for (let task = 0; task < (quick ? TASKS.quick : TASKS.full); task += 1) {
    const gaps = await oneTask(turns)
    all.push(...gaps)
    early.push(...gaps.slice(EARLY.from, EARLY.to))
    late.push(...gaps.slice(-LATE))
    say(`turn: median ${round(median(gaps))} ms over ${gaps.length} turns`)
  }
  const ratio = median(late) / median(early)
  return {
    'agent turn': figure(all, { unit: 'ms', target: 3.9 }),
    'agent turn, p95': figure(all, { unit: 'ms', target: 8, by: 'p95' }),
    'agent turn at turn 10': figure(early, { unit: 'ms' }),
    [`agent turn at turn ${turns}`]: figure(late, { unit: 'ms' }),
    'agent turn, last turns against turn 10': figure([ratio], { unit: '×', target: 1.5 }),
  }
}

async function oneTask(turns: number): Promise<number[]> {
  const reading = play({ coder: ({ turn }) => (turn < turns ? calls(['read_file', { path: `file-${turn % FILES}.md` }]) : { text: 'Read it.' }) })
  const answered: number[] = []
  const script = (request: ScriptRequest): ScriptAnswer => {
    const answer = reading(request)
    answered.push(now())
    return answer
  }
  await using stand = await createStand(script, { files: smallFiles(FILES) })
  await succeed(stand.start(['run', 'Explain file-0.md', '--yes', '--json']))
  const received = stand.server.calls.map((call) => call.receivedAt)
  if (received.length < turns) throw new Error(`only ${received.length} model calls came`)
  return received.slice(1, turns + 1).map((at, index) => at - (answered[index] ?? 0))
}

export const turn: FigureGroup = { name: 'turn', run }
