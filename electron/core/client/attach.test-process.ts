// An owner of its own for attach.test.ts: serves a core that is made up, and stays until it is killed.
import type { ProgressEvent } from '../../../shared/progress.ts'
import { dataPaths } from '../platform/paths.ts'
import { createFakeApi } from '../http/api.fake.ts'
import { listenLocal } from '../http/socket.ts'

const EVENTS = 20_000

async function* follow(): AsyncGenerator<ProgressEvent> {
  for (let seq = 1; seq <= EVENTS; seq += 1) yield { seq, taskId: 't', ts: 1, type: 'token', messageId: 'm', attempt: 1, agent: 'coder', text: 'x'.repeat(100) }
}

const api = createFakeApi({ 'tasks.list': () => [], 'tasks.get': () => ({ status: 'running' }) }, { 'tasks.follow': follow })
const server = await listenLocal({ paths: dataPaths(process.argv[2], {}), api, hello: { version: '1.0.0', workspace: '/w', hasKey: (name) => name === 'OPENAI_API_KEY' } })
process.stdout.write(`${JSON.stringify({ path: server.path })}\n`)
