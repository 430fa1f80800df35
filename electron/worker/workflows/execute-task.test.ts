import { expect, test } from 'vitest'
import { parseActivation } from '../../../shared/activation.ts'
import { createApp } from '../app.ts'
import { roundRequest, TEST_TOOLS } from '../testing/fixtures.ts'
import { answer, createFakeHost, type FakeHostOptions } from '../testing/host.fake.ts'
import { createDriver } from '../testing/sdk-driver.ts'

async function setUp(options: Omit<FakeHostOptions, 'sdk'>) {
  const driver = createDriver({ appId: 'rainy-brain', invoke: (request) => app.invoke(request) })
  const host = createFakeHost({ ...options, sdk: driver.sdk })
  const app = createApp(host, TEST_TOOLS)
  return { driver, host, app }
}

test('small talk costs exactly one model call', async () => {
  const { driver, host } = await setUp({ model: () => answer('Hi!') })
  const run = await driver.start('execute-task', 'brain/task.requested', roundRequest())
  expect(run.status).toBe('completed')
  expect(run.output).toEqual({ success: true, summary: 'Hi!', filesModified: [] })
  expect(host.inferences).toHaveLength(1)
  expect(parseActivation(host.inferences[0]?.messages[0]?.role === 'user' ? host.inferences[0].messages[0].text : '')).toEqual({ phase: 'answer', task: 'say hi' })
})
