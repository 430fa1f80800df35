import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure, FigureGroup } from './figure.ts'
import { GROUPS } from './groups.ts'

/** `npm run bench -- [--only NAME,..] [--quick]`: prints one JSON object; what it is doing goes to stderr. */
const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const wanted = values.only?.split(',').map((name) => name.trim())
const unknown = wanted?.filter((name) => !GROUPS.some((group) => group.name === name)) ?? []
if (unknown.length > 0) {
  say(`no figures named ${unknown.join(', ')}: there are ${GROUPS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const figures: Record<string, Figure> = {}
let failed = 0
for (const group of GROUPS.filter(({ name }) => wanted?.includes(name) ?? true)) await measure(group)

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const [cpu] = cpus()
const machine = { cpu: cpu?.model ?? 'unknown', cores: cpus().length, memoryGib: Math.round(totalmem() / 2 ** 30), platform: `${process.platform} ${process.arch}` }
process.stdout.write(`${JSON.stringify({ machine, node: process.version, version, quick: values.quick, takenAt: new Date().toISOString(), figures }, null, 2)}\n`, () => process.exit(failed === 0 ? 0 : 1))

/** One group that cannot be measured leaves the others their figures, and the status says so. */
async function measure({ name, run }: FigureGroup): Promise<void> {
  const from = performance.now()
  try {
    Object.assign(figures, await run({ quick: values.quick, say }))
  } catch (error) {
    failed += 1
    say(`${name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  say(`${name}: ${((performance.now() - from) / 1000).toFixed(1)} s`)
}
