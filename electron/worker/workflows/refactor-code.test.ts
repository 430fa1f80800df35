import { expect, test } from 'vitest'
import { roundRequest } from '../testing/fixtures.ts'
import { answer, toolAnswer, toolResults } from '../testing/host.fake.ts'
import { activations, activationOf, scripted, setUp } from '../testing/set-up.ts'

test('a refactoring is planned, applied file by file at once, checked and reviewed', async () => {
  const steps = ['a', 'b', 'c'].map((name, index) => ({ id: String(index), title: `rename in ${name}.ts`, agent: 'coder', files: [`${name}.ts`] }))
  const bench = setUp({
    model: scripted({
      'planner: plan': [answer(JSON.stringify({ steps }))],
      'coder: execute-step': [(seen) => (seen.messages.length === 1 ? toolAnswer({ name: 'edit_file', args: { path: activationOf(seen)?.files?.[0] ?? '' } }) : answer('Renamed.'))],
      'reviewer: review': [answer('{"approved":true,"comments":"ok"}')],
    }),
    tools: (request) => toolResults(request, request.calls.map((call) => (call.args as { path: string }).path)),
  })
  const run = await bench.driver.start('refactor-code', 'brain/refactor.requested', roundRequest({ intent: 'refactor', text: 'rename foo to bar' }))
  expect(run).toMatchObject({ status: 'completed', output: { success: true, filesModified: ['a.ts', 'b.ts', 'c.ts'] } })
  expect(activations(bench.host)).toEqual(['planner: plan', 'coder: execute-step', 'coder: execute-step', 'coder: execute-step', 'reviewer: review'])
  expect(new Set(bench.host.inferences.map((seen) => seen.step.runId)).size).toBe(4)
  expect(bench.host.effects.filter((effect) => effect.name === 'progress')).toHaveLength(4)
})
