import { calls, play } from '../../tests/model-server/scripts/scene.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { createStand, smallFiles, type Stand, type Started } from '../place.ts'
import { figure, round } from '../stats.ts'

/** Two steps a turn: the model call and its tools. */
const TURNS = { full: 500, quick: 100 }
const KILLS = { full: 5, quick: 2 }
const FILES = 10
const HANG_MS = 60_000
const POLL_MS = 1
const WAIT_LIMIT_MS = 60_000

/** From the start of `rainy resume` after a SIGKILL to the run's next model request, 1,000 steps being done. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const turns = quick ? TURNS.quick : TURNS.full
  // The last call is never answered: each new process comes as far as asking it again.
  const script = play({ coder: ({ turn }) => (turn < turns ? calls(['read_file', { path: `file-${turn % FILES}.md` }]) : { text: 'Read it.', latencyMs: HANG_MS }) })
  await using stand = await createStand(script, { files: smallFiles(FILES) })
  await killAtCall(stand, stand.start(['run', 'Explain file-0.md', '--yes', '--json']), turns + 1)
  const samples: number[] = []
  for (let kill = 0; kill < (quick ? KILLS.quick : KILLS.full); kill += 1) {
    const before = stand.server.calls.length
    const started = stand.start(['resume', '--json'])
    await killAtCall(stand, started, before + 1)
    samples.push((stand.server.calls[before]?.receivedAt ?? Number.NaN) - started.startedAt)
  }
  say(`restart: ${samples.map(round).join(', ')} ms`)
  return { [`restart after a kill to the run moving again, ${turns * 2} steps done`]: figure(samples, { unit: 'ms', target: 500 }) }
}

async function killAtCall({ server }: Stand, { child, ended }: Started, count: number): Promise<void> {
  const from = performance.now()
  while (server.calls.length < count) {
    if (child.exitCode !== null || performance.now() - from > WAIT_LIMIT_MS) {
      child.kill('SIGKILL')
      const { stdout, stderr } = await ended
      throw new Error(`the run came to ${server.calls.length} of ${count} calls:\n${stdout.slice(-1000)}\n${stderr.slice(-1000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  child.kill('SIGKILL')
  await ended
}

export const restart: FigureGroup = { name: 'restart', run }
