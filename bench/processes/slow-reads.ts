import { constants } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn as spawnPty, type IPty } from 'node-pty'
import { openHouse } from '../../electron/core/tools/executor.fixture.ts'
import { createFsFake } from '../../electron/core/workspace/fs-port.fake.ts'
import { smallFiles } from '../place.ts'

/** `node slow-reads.ts ROUNDS`: reads whose libuv thread is held for 300 ms, as a slow disk holds it. Prints the times as JSON. */
const MOST = 10
/** A read of a terminal set so returns after 0.3 s with nothing, and holds its thread until then. */
const HOLD = 'stty raw -echo min 0 time 3; tty; exec sleep 600'

async function openTerminal(): Promise<{ pty: IPty; path: string }> {
  const pty = spawnPty('/bin/sh', ['-c', HOLD], {})
  const path = await new Promise<string>((resolve) => {
    let said = ''
    pty.onData((text) => {
      said += text
      const found = /\/dev\/\S+(?=\s)/.exec(said)?.[0]
      if (found) resolve(found)
    })
  })
  return { pty, path }
}

const terminals = await Promise.all(Array.from({ length: MOST }, openTerminal))
const handles = await Promise.all(terminals.map(({ path }) => open(path, constants.O_RDONLY | constants.O_NOCTTY)))
const free = [...handles]

async function holdThread(): Promise<void> {
  const handle = free.pop()
  if (!handle) throw new Error('more slow reads at once than terminals')
  await handle.read(Buffer.alloc(1), 0, 1, null)
  free.push(handle)
}

const house = await openHouse({ fs: createFsFake((operation) => (operation === 'handle.read' ? holdThread() : undefined)) })
let next = 0

async function timeOf(count: number): Promise<number> {
  // Files that were not read before: nothing comes from a cache.
  const names = Array.from({ length: count }, () => `read-${(next += 1)}.md`)
  const [content = ''] = Object.values(smallFiles(1))
  await Promise.all(names.map((name) => writeFile(join(house.root, name), content)))
  const from = performance.now()
  const { outcomes } = await house.batch(names.map((path) => ({ tool: 'read_file', args: { path } })), { step: `step-${next}` })
  const ms = performance.now() - from
  if (outcomes.some(({ status }) => status !== 'success')) throw new Error(`a read failed: ${JSON.stringify(outcomes)}`)
  return ms
}

const times = { one: [] as number[], five: [] as number[], ten: [] as number[] }
await timeOf(1)
for (let round = 0; round < Number(process.argv[2]); round += 1) {
  times.one.push(await timeOf(1))
  times.five.push(await timeOf(5))
  times.ten.push(await timeOf(MOST))
}
await house.dispose()
await Promise.all(handles.map((handle) => handle.close()))
for (const { pty } of terminals) pty.kill()
process.stdout.write(`${JSON.stringify(times)}\n`, () => process.exit(0))
