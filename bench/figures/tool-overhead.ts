import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createAgentPool } from '../../electron/core/agent-pool/agent-pool.ts'
import { silentLog } from '../../electron/core/platform/log.ts'
import { systemClock } from '../../electron/core/platform/clock.ts'
import { openHouse, type ToolHouse } from '../../electron/core/tools/executor.fixture.ts'
import type { ToolBatchRequest, ToolBatchResult } from '../../shared/model.ts'
import type { HostApi, Reply } from '../../shared/worker-api.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { smallFiles } from '../place.ts'
import { figure } from '../stats.ts'

const CALLS = { full: 3000, quick: 500 }
const WARM_UP = 300
const FILES = 10

/** Worker → host → worker for a `read_file` of 1 kB: a real agent thread, the real executor, no step around it. */
async function run({ quick }: BenchOptions): Promise<Record<string, Figure>> {
  const house = await openHouse()
  for (const [name, content] of Object.entries(smallFiles(FILES))) writeFileSync(join(house.root, name), content)
  const entry = new URL('../processes/calling-worker.ts', import.meta.url)
  const pool = createAgentPool({ size: 1, entry, host: hostOf(house), tools: house.executor.list(), clock: systemClock, log: silentLog })
  try {
    const app = await pool.start()
    const signal = new AbortController().signal
    const ask = async (count: number): Promise<number[]> => {
      const { body } = await app.invoke({ ref: { runId: 'run', dispatch: 1, attempt: 0, epoch: 1 }, functionId: 'calling-read', stepId: 'step', body: String(count), inputHashes: {} }, { signal, alone: false })
      return z.array(z.number()).parse(JSON.parse(body))
    }
    await ask(WARM_UP)
    const samples = await ask(quick ? CALLS.quick : CALLS.full)
    return {
      'tool overhead, 1 kB read_file': figure(samples, { unit: 'ms', target: 0.3 }),
      'tool overhead, 1 kB read_file, p99': figure(samples, { unit: 'ms', target: 1, by: 'p99' }),
    }
  } finally {
    await pool.dispose()
    await house.dispose()
  }
}

function hostOf({ executor, workspace }: ToolHouse): HostApi {
  const unused = (): never => {
    throw new Error('this worker asks for tools alone')
  }
  return {
    async tools(_step, request: ToolBatchRequest): Promise<Reply<ToolBatchResult>> {
      const signal = new AbortController().signal
      const prepared = await Promise.all(request.calls.map(async ({ name, args }) => executor.prepare(name, args, workspace, signal)))
      const end = await executor.batch(
        prepared.map((one) => ({ prepared: one })),
        { workspace, signal, parallel: true, maxConcurrency: 10, onOutput: () => undefined, onStarted: () => undefined, onFinished: () => undefined },
      )
      const results = request.calls.map(({ id, name }, index) => {
        const outcome = end.outcomes[index]
        if (outcome?.status !== 'success') throw new Error(`the read failed: ${JSON.stringify(outcome)}`)
        return { callId: id, name, isError: false, content: outcome.content }
      })
      return { ok: true, value: { state: 'done', results, filesModified: [] } }
    },
    infer: unused,
    effect: unused,
    progress: unused,
    sdk: unused,
    log: () => undefined,
  }
}

export const toolOverhead: FigureGroup = { name: 'tool-overhead', run }
