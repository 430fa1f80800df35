import { expose } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import { parentPort } from 'node:worker_threads'
import type { HostApi, WorkerApi } from '../../shared/worker-api.ts'

// An agent thread that does nothing but ask for tools, and tells how long each answer took.

// Typed as a module with a default; at run time it is the function itself.
const nodeEndpoint = ((nodeAdapter as { default?: unknown }).default ?? nodeAdapter) as typeof nodeAdapter.default

let host: HostApi | undefined

const api: WorkerApi = {
  async init(given: HostApi) {
    host = given
    return { appId: 'calling', functions: [] }
  },
  async invoke({ ref, body }) {
    const samples: number[] = []
    for (let n = 0; n < Number(body); n += 1) {
      const from = performance.now()
      const call = { id: `call-${n}`, name: 'read_file', args: { path: `file-${n % 10}.md` } }
      const reply = await host?.tools({ ...ref, stepId: `step-${n}`, stepName: `tools ${n}`, inputHash: 'hash' }, { inferStepId: `infer-${n}`, agent: 'coder', allowed: ['read_file'], calls: [call] })
      samples.push(performance.now() - from)
      if (!reply?.ok) throw new Error(`the call failed: ${JSON.stringify(reply)}`)
    }
    return { status: 200, headers: {}, body: JSON.stringify(samples) }
  },
  async cancel() {},
  async ping() {
    return { heapUsedBytes: 0 }
  },
}

if (parentPort) expose(api, nodeEndpoint(parentPort))
