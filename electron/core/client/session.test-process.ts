// A process of its own for session.test.ts: opens a session with a made-up durable core; follows a task where it is told to.
import { dataPaths } from '../platform/paths.ts'
import { createFakeCore } from './session-core.fake.ts'
import { openSession } from './session.ts'

const [dir = '', steps, task] = process.argv.slice(2)
const say = (fact: unknown): void => void process.stdout.write(`${JSON.stringify(fact)}\n`)
const here = new URL('file:///nowhere/')

const session = await openSession({
  paths: dataPaths(dir, {}),
  env: {},
  need: 'drive',
  kind: 'command',
  version: '1.0.0',
  files: { worker: here, toolThread: here, resources: here },
  workspace: '/w',
  createCore: async (start) => createFakeCore(start, Number(steps)),
  createReader: () => Promise.reject(new Error('not for driving')),
  onTakeover: (link) => say({ takeover: link.role }),
})
say({ role: session.role, pid: session.pid })
if (task !== undefined) {
  const { taskId } = await session.api.call('tasks.start', { task, workspace: '/w' })
  for await (const event of session.followTask(taskId)) {
    say({ seq: event.seq, type: event.type })
    if (event.type === 'complete') break
  }
}
// Without a task of its own it stays for those of others.
if (task === undefined) setInterval(() => undefined, 60_000)
else await session.close()
say({ closed: true })
