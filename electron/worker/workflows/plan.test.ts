import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agentNameSchema, type PlanStep } from '../../../shared/plan.ts'
import { nextWave, normalizePlan } from './plan.ts'

const id = fc.constantFrom('1', '2', '3', '4', '5')
const step: fc.Arbitrary<PlanStep> = fc.record({
  id,
  title: fc.constantFrom('do it', 'commit it'),
  agent: fc.constantFrom(...agentNameSchema.options),
  dependsOn: fc.array(fc.oneof(id, fc.constant('nowhere'))),
  files: fc.array(fc.constantFrom('a.ts', './a.ts', 'src', 'src/b.ts', 'c.ts')),
})

function inOrder(steps: readonly PlanStep[]): PlanStep[][] {
  const done = new Set<string>()
  const waves: PlanStep[][] = []
  while (done.size < steps.length) {
    const wave = nextWave(steps, done)
    if (wave.length === 0) throw new Error('the plan is stuck')
    for (const { id } of wave) done.add(id)
    waves.push(wave)
  }
  return waves
}

test('whatever was planned can be carried out: each step once, after what it needs, beside nothing that shares a file', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, commitFollows) => {
      const plan = normalizePlan({ steps }, 'the task', { commitFollows })
      const done = new Set<string>()
      for (const wave of inOrder(plan.steps)) {
        for (const one of wave) {
          expect(one.dependsOn.every((needed) => done.has(needed))).toBe(true)
          expect(wave.filter((other) => other !== one && one.files.some((file) => other.files.includes(file)))).toEqual([])
        }
        for (const { id } of wave) {
          expect(done.has(id)).toBe(false)
          done.add(id)
        }
      }
      expect(done.size).toBe(plan.steps.length)
      expect(done.size).toBeGreaterThan(0)
    }),
  )
})

describe('a plan', () => {
  const coder = (id: string, change: Partial<PlanStep> = {}): PlanStep => ({ id, title: id, agent: 'coder', dependsOn: [], files: [`${id}.ts`], ...change })
  const options = { commitFollows: true }

  test('that is missing or empty is one step that is the task', () => {
    const expected = { steps: [{ id: '1', title: 'fix it', agent: 'coder', dependsOn: [], files: [] }] }
    expect(normalizePlan(undefined, 'fix it\nnow', options)).toEqual(expected)
    expect(normalizePlan({ steps: [coder('r', { agent: 'reviewer' }), coder('c', { agent: 'terminal', title: 'Commit' })] }, 'fix it', options)).toEqual(expected)
  })
  test('that goes in a circle is carried out in its order', () => {
    const plan = normalizePlan({ steps: [coder('a', { dependsOn: ['b'] }), coder('b', { dependsOn: ['a'] })] }, 't', options)
    expect(inOrder(plan.steps).map((wave) => wave.map(({ id }) => id))).toEqual([['a'], ['b']])
  })
  test('runs steps at once only where they claim different files', () => {
    expect(nextWave([coder('a'), coder('b'), coder('c', { files: ['a.ts/x'] }), coder('d', { files: [] })], new Set()).map(({ id }) => id)).toEqual(['a', 'b'])
  })
})
