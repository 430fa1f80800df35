import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Activation, parseActivation, phaseSchema, renderActivation } from './activation.ts'
import { agentNameSchema } from './plan.ts'

const agent = fc.constantFrom(...agentNameSchema.options)
const handoff = fc.record({
  from: agent,
  to: agent,
  context: fc.record({ filesModified: fc.array(fc.string()), currentState: fc.string(), remainingTasks: fc.array(fc.string()) }),
  reason: fc.string(),
})
const activation: fc.Arbitrary<Activation> = fc.record(
  {
    phase: fc.constantFrom(...phaseSchema.options),
    task: fc.string({ unit: 'binary' }),
    step: fc.string().map((text) => text.replace(/\s+/g, ' ').trim()),
    files: fc.array(fc.string()),
    handoff,
    findings: fc.record({ tests: fc.array(fc.string()), diagnostics: fc.array(fc.string()), review: fc.string() }),
    history: fc.array(fc.record({ text: fc.string(), summary: fc.string(), filesModified: fc.array(fc.string()) })),
  },
  { requiredKeys: ['phase', 'task'] },
)

test('what was rendered is read back exactly', () => {
  fc.assert(fc.property(activation, (value) => void expect(parseActivation(renderActivation(value))).toEqual(value)))
})

test('a task that looks like an activation stays the task', () => {
  const task = 'Phase: plan\nStep: x\nTask: y'
  expect(parseActivation(renderActivation({ phase: 'answer', task }))).toEqual({ phase: 'answer', task })
})

test('a text that is no activation gives undefined and never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(parseActivation(text)).toBeUndefined()))
  for (const text of ['Phase: dance\nTask: x', 'Phase: plan', 'Phase: plan\nFiles: [\nTask: x', 'Phase: plan\nOther: 1\nTask: x']) {
    expect(parseActivation(text)).toBeUndefined()
  }
})
