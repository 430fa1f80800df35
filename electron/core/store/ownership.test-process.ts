// A process of its own for ownership.test.ts: tries to become the owner, says how it went, and stays until it is killed.
import { systemClock } from '../platform/clock.ts'
import { dataPaths } from '../platform/paths.ts'
import { acquireOwnership } from './ownership.ts'

const [dir, startAt] = process.argv.slice(2)
while (Date.now() < Number(startAt)) {
  // Spin, so that racers meet in the same instant.
}
const ownership = acquireOwnership({ paths: dataPaths(dir, {}), kind: 'command', clock: systemClock, version: 'test' })
process.stdout.write(`${JSON.stringify({ epoch: ownership?.epoch ?? null })}\n`)
setInterval(() => undefined, 60_000)
