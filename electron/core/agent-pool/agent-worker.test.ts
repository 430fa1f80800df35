import { expect, test } from 'vitest'
import { TEST_TOOLS, roundRequest } from '../../worker/testing/fixtures.ts'
import { answer, createFakeHost, toolAnswer } from '../../worker/testing/host.fake.ts'
import { createDriver } from '../../worker/testing/sdk-driver.ts'
import type { EngineApp } from '../engine/types.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { createAgentPool } from './agent-pool.ts'

test('a task runs in a real agent thread, with steps checkpointed one by one', async () => {
  let app: EngineApp | undefined
  const driver = createDriver({
    appId: 'rainy-brain',
    invoke: (request) => {
      if (!app) throw new Error('the pool has not started')
      return app.invoke(request, { signal: new AbortController().signal, alone: false })
    },
  })
  const host = createFakeHost({ sdk: driver.sdk, model: (_seen, count) => (count < 12 ? toolAnswer({ name: 'read_file', args: { path: `${count}.ts` } }) : answer('Read.')) })
  const pool = createAgentPool({ size: 2, entry: new URL('../../worker/worker.ts', import.meta.url), host, tools: TEST_TOOLS, clock: systemClock, log: silentLog })
  try {
    app = await pool.start()
    const run = await driver.start('execute-task', 'brain/task.requested', roundRequest({ intent: 'explain_code', text: 'read' }))
    expect(run).toMatchObject({ status: 'completed', requests: 1, output: { success: true, summary: 'Read.', filesModified: [] } })
    expect(host.inferences).toHaveLength(12)
    expect(host.batches).toHaveLength(11)
    const unknown = await app.invoke(
      { ref: { runId: 'x', dispatch: 1, attempt: 0, epoch: 1 }, functionId: 'rainy-brain-nothing', stepId: 'step', body: '{}', inputHashes: {} },
      { signal: new AbortController().signal, alone: false },
    )
    expect(unknown.status).toBe(500)
  } finally {
    await pool.dispose()
  }
})
