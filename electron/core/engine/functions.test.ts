import { assert, integer, option, property } from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/json.ts'
import { createExpressions } from './expressions.ts'
import { createFunctionRegistry, matchesName, PRIORITY_LIMIT_SECONDS, type FunctionRegistry } from './functions.ts'

const step = { steps: { step: {} } }
const event = (data: JsonObject, name = 'go') => ({ name, data })

function registryOf(...functions: JsonObject[]): FunctionRegistry {
  const registry = createFunctionRegistry(createExpressions())
  registry.register({
    appId: 'app',
    functions: functions.map((one, index) => ({ id: `app-${index}`, name: 'f', triggers: [{ event: 'go' }], ...step, ...one })),
    invoke: () => Promise.reject(new Error('not called')),
  })
  return registry
}

test('an event name matches itself and the prefixes that it goes beyond', () => {
  expect(['brain/a', 'brain/*', 'brain.*', 'brain/', '*', 'brain/a*'].map((pattern) => matchesName(pattern, 'brain/a'))).toEqual([true, true, false, false, true, false])
})

test('a trigger\'s expression that fails on an event is no match', () => {
  const registry = registryOf({ triggers: [{ event: 'go', expression: `event.data.x.y == 'a'` }] })
  expect([registry.triggeredBy(event({})), registry.triggeredBy(event({ x: { y: 'a' } }))].map((found) => found.length)).toEqual([0, 1])
})

test('an expression or a timeout that cannot be read is refused when it is registered', () => {
  for (const bad of [{ triggers: [{ event: 'go', expression: 'event.data.' }] }, { timeouts: { start: 'soon' } }, { priority: { run: '((' } }, { cancel: [{ event: 'x', if: '==' }] }, { concurrency: [{ limit: 1, key: '==' }] }]) {
    expect(() => registryOf(bad)).toThrowError(expect.objectContaining({ code: 'BAD_REQUEST' }) as Error)
  }
})

test('a registration of the wrong shape is refused, and what stood before stays', () => {
  const registry = registryOf({})
  expect(() => registry.register({ appId: 'app', functions: [{ id: 'app-1' }, 7], invoke: () => Promise.reject(new Error('no')) })).toThrowError(expect.objectContaining({ code: 'BAD_REQUEST' }) as Error)
  expect(registry.get('app-0')).toBeDefined()
})

test('the event\'s header comes before the function\'s own priority, and both stay within ten minutes', () => {
  const registry = registryOf({ priority: { run: 'event.data.p' } })
  const fn = registry.get('app-0')
  if (!fn) throw new Error('not registered')
  assert(
    property(option(integer(), { nil: undefined }), integer({ min: -2000, max: 2000 }), (header, p) => {
      const wanted = header ?? p
      const got = registry.priorityOf(fn, event({ p, ...(header === undefined ? {} : { header: { priority: header } }) }))
      expect(got).toBe(Math.max(-PRIORITY_LIMIT_SECONDS, Math.min(PRIORITY_LIMIT_SECONDS, wanted)))
    }),
  )
  expect(registry.priorityOf(fn, event({}))).toBeUndefined()
})

test('slots are a function\'s own unless a wider scope shares them', () => {
  const registry = registryOf({ concurrency: 2 }, { concurrency: [{ limit: 1, key: 'event.data.k', scope: 'env' }] }, { concurrency: [{ limit: 5, key: 'event.data.k', scope: 'env' }] })
  const slots = ['app-0', 'app-1', 'app-2'].map((id) => {
    const fn = registry.get(id)
    return fn && registry.slotsOf(fn, event({ k: 'a' }))
  })
  expect(slots).toEqual([[{ slot: 'fn:app-0::', limit: 2 }], [{ slot: 'env:event.data.k:a', limit: 1 }], [{ slot: 'env:event.data.k:a', limit: 5 }]])
})
