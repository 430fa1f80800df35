import { expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { createFakeApi } from '../http/api.fake.ts'
import { goOn } from './go-on.ts'

async function asked(task: { status: string; reason?: string }): Promise<string[]> {
  const api = createFakeApi({ 'tasks.get': () => task, 'tasks.resume': () => ({ taskIds: ['t'] }) })
  await goOn(api, 't')
  return api.asked.map(({ name }) => name)
}

test.each([{ status: 'interrupted' }, { status: 'running' }, { status: 'waiting' }, { status: 'parked', reason: 'approval' }, { status: 'parked', reason: 'in-doubt' }])('a task that is %o is taken up', async (task) => {
  expect(await asked(task)).toEqual(['tasks.get', 'tasks.resume'])
})

test.each([{ status: 'completed' }, { status: 'cancelled' }, { status: 'parked', reason: 'budget' }, { status: 'parked', reason: 'turn-limit' }])('a task that is %o is left as it is: nobody has asked for more', async (task) => {
  expect(await asked(task)).toEqual(['tasks.get'])
})

test('a task that ends just then is no error; any other refusal is', async () => {
  const refusing = (code: 'NOT_RESUMABLE' | 'INTERNAL'): Promise<void> =>
    goOn(createFakeApi({ 'tasks.get': () => ({ status: 'running' }), 'tasks.resume': () => Promise.reject(new RainyError(code, 'no')) }), 't')
  await refusing('NOT_RESUMABLE')
  await expect(refusing('INTERNAL')).rejects.toMatchObject({ code: 'INTERNAL' })
})
