import { expect, test } from 'vitest'
import type { HostApi } from '../../shared/worker-api.ts'
import { roundRequest } from './testing/fixtures.ts'
import { answer } from './testing/host.fake.ts'
import { setUp } from './testing/set-up.ts'

test('the app registers its functions without asking anyone', async () => {
  const { app } = setUp({ model: () => answer('') })
  const { appId, functions } = await app.register()
  expect(appId).toBe('rainy-brain')
  expect(functions).toMatchObject([
    { id: 'rainy-brain-execute-task', triggers: [{ event: 'brain/task.requested', expression: expect.any(String) as unknown }, { event: 'brain/task.message' }] },
    { id: 'rainy-brain-create-project', triggers: [{ event: 'brain/project.create' }] },
    { id: 'rainy-brain-refactor-code', triggers: [{ event: 'brain/refactor.requested' }] },
    { id: 'rainy-brain-run-plan-step', triggers: [] },
  ])
})

test('many runs at once each call the host under their own reference', async () => {
  const refs: Array<[string, string]> = []
  const { driver, host } = setUp({ model: () => answer('Hi!') })
  const sdk: HostApi['sdk'] = (ref, path, method, body) => {
    refs.push([ref?.runId ?? '', /checkpoint\/([^/]+)/.exec(path)?.[1] ?? ''])
    return driver.sdk(ref, path, method, body)
  }
  host.sdk = sdk
  const runs = await Promise.all(Array.from({ length: 20 }, (_, index) => driver.start('execute-task', 'brain/task.requested', roundRequest({ taskId: `task-${index}` }))))
  expect(runs.map((run) => run.status)).toEqual(Array.from({ length: 20 }, () => 'completed'))
  expect(refs.length).toBeGreaterThan(40)
  for (const [caller, checkpointed] of refs) expect(caller).toBe(checkpointed)
})

test('a host error that can be retried is retried by the engine; one that cannot ends the round with its code', async () => {
  const { driver, host } = setUp({ model: () => answer('Hi!') })
  const effect = host.effect
  host.effect = async (step, name, input) => (name === 'progress' ? { ok: false, error: { code: 'DISK_FULL', message: 'No room.' } } : effect(step, name, input))
  await expect(driver.start('execute-task', 'brain/task.requested', roundRequest())).rejects.toThrow(/DISK_FULL/)

  const final = setUp({ model: () => answer('Hi!') })
  const finalEffect = final.host.effect
  final.host.effect = async (step, name, input) => (name === 'progress' ? { ok: false, error: { code: 'PERMISSION_DENIED', message: 'No.' } } : finalEffect(step, name, input))
  const run = await final.driver.start('execute-task', 'brain/task.requested', roundRequest())
  expect(run).toMatchObject({ status: 'completed', output: { error: { code: 'PERMISSION_DENIED', message: 'No.' } } })
  expect(final.host.effects).toMatchObject([{ name: 'fail-round', input: { error: { code: 'PERMISSION_DENIED' } } }])
})

test('event data that is no round ends the run with an error, and what the SDK says of it goes to the host', async () => {
  const { driver, host } = setUp({ model: () => answer('Hi!') })
  const run = await driver.start('execute-task', 'brain/task.requested', { taskId: 'x' })
  expect(run.status).toBe('failed')
  expect(host.logged).toMatchObject([{ level: 'error' }])
})
