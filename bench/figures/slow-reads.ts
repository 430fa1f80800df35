import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { RAINY, startNode, succeed } from '../place.ts'
import { figure, median, round } from '../stats.ts'

const ROUNDS = { full: 5, quick: 2 }
const timesSchema = z.object({ one: z.array(z.number()), five: z.array(z.number()), ten: z.array(z.number()) })

/** Reads of one answer that are each 300 ms slow, against one. In a process that starts as the product does. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const entry = fileURLToPath(new URL('../processes/slow-reads.ts', import.meta.url))
  const { stdout } = await succeed(startNode([entry, String(quick ? ROUNDS.quick : ROUNDS.full)], [], threadPool()))
  const { one, five, ten } = timesSchema.parse(JSON.parse(stdout))
  say(`slow-reads: one ${round(median(one))}, five ${round(median(five))}, ten ${round(median(ten))} ms`)
  return {
    'one slow read': figure(one, { unit: 'ms' }),
    'five slow reads against one': figure(five.map((ms) => ms / median(one)), { unit: '×', target: 1.05 }),
    'ten slow reads against one': figure(ten.map((ms) => ms / median(one)), { unit: '×', target: 1.1 }),
  }
}

/** As many threads of libuv as `rainy` gives itself before it loads anything; its own default where it gives none. */
function threadPool(): Record<string, string> {
  const size = /UV_THREADPOOL_SIZE \?\?= '(\d+)'/.exec(readFileSync(RAINY, 'utf8'))?.[1]
  return size === undefined ? {} : { UV_THREADPOOL_SIZE: size }
}

export const slowReads: FigureGroup = { name: 'slow-reads', run }
