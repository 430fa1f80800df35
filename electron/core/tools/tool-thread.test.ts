import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { openHouse } from './executor.fixture.ts'
import { createToolThread } from './tool-thread-client.ts'

const never = new AbortController().signal

function stubThread(body: string): ReturnType<typeof createToolThread> {
  const source = `import { parentPort } from 'node:worker_threads'
parentPort.on('message', (message) => {
  if (!message.id) return
  const [first, call] = message.argumentList ?? []
  ${body}
})`
  return createToolThread({ entry: new URL(`data:text/javascript,${encodeURIComponent(source)}`), clock: systemClock, log: silentLog })
}
const call = { tool: 'git_status', method: 'run', root: '/', protectedPaths: [], args: {} } as const

test('git runs in the tool thread and its errors keep their codes', async () => {
  const house = await openHouse()
  try {
    expect(await house.call('git_status', {})).toMatchObject({ error: { code: 'NOT_A_REPOSITORY' } })
    execFileSync('git', ['init', '-q', '-b', 'main', house.root])
    await writeFile(join(house.root, 'a.txt'), 'a')
    expect(await house.call('git_status', {})).toMatchObject({ result: { branch: 'main', files: [{ path: 'a.txt' }] } })
    expect(await house.call('git_commit', { message: 'first' })).toMatchObject({ result: { commit: expect.stringMatching(/^[0-9a-f]{40}$/u) } })
  } finally {
    await house.dispose()
  }
})

test('a thread that does not listen when it is told to stop is ended, and the next call gets a new one', async () => {
  const thread = stubThread('if (call) for (;;) { /* busy */ }')
  const stop = new AbortController()
  setTimeout(() => stop.abort(new RainyError('CANCELLED', 'stop')), 100)
  await expect(thread.call(call, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
  await thread.dispose()
})

test('a thread that dies fails its calls, and is not started for ever', async () => {
  const thread = stubThread('process.exit(3)')
  for (let death = 0; death < 5; death += 1) await expect(thread.call(call, never)).rejects.toMatchObject({ code: 'WORKER_CRASHED', message: expect.stringContaining('code 3') })
  await expect(thread.call(call, never)).rejects.toMatchObject({ code: 'WORKER_CRASHED', message: expect.stringContaining('5 times') })
  await thread.dispose()
})
