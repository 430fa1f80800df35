import { expect, test } from 'vitest'
import type { ProgressBody } from '../../../shared/progress.ts'
import { parkedReasonSchema, taskStatusSchema } from '../../../shared/tasks.ts'
import { bannerFor } from './banner-text.ts'
import { callSubject } from './call-subject.ts'
import { dangerousParts } from './dangerous-parts.ts'
import { foldProgress } from './fold.ts'
import { EMPTY_PROGRESS } from './items.ts'
import { planStates } from './plan-states.ts'

const plan: ProgressBody = {
  type: 'plan',
  steps: [
    { id: 'a', title: 'A', agent: 'coder', dependsOn: [], files: [] },
    { id: 'b', title: 'B', agent: 'coder', dependsOn: ['a'], files: [] },
    { id: 'c', title: 'C', agent: 'coder', dependsOn: ['a'], files: [] },
    { id: 'd', title: 'D', agent: 'coder', dependsOn: ['b', 'c'], files: [] },
  ],
}
const begin = (step: number, stepId?: string): ProgressBody => ({ type: 'step', step, total: 4, message: `step ${step}`, ...(stepId === undefined ? {} : { stepId }) })
const states = (bodies: ProgressBody[], status?: 'running' | 'parked' | 'completed'): string[] =>
  planStates(foldProgress(EMPTY_PROGRESS, [plan, ...bodies].map((body, index) => ({ seq: index + 1, taskId: 't', ts: 0, ...body }))), status)

test('two steps of a plan that run at once are both running, and what they depend on is done', () => {
  expect(states([begin(1, 'a'), begin(2, 'b'), begin(3, 'c')])).toEqual(['done', 'running', 'running', 'waiting'])
})

test('nothing of a plan runs while its task does not', () => {
  expect(states([begin(1, 'a'), begin(2, 'b')], 'parked')).toEqual(['done', 'stopped', 'waiting', 'waiting'])
})

test('without names the count tells how far a plan is, and a completed task has done all of it', () => {
  expect(states([begin(2)])).toEqual(['done', 'running', 'waiting', 'waiting'])
  expect(states([begin(2)], 'completed')).toEqual(['done', 'done', 'done', 'done'])
})

test('a used-up budget goes on with twice as much, and with a dollar more at least', () => {
  expect(bannerFor('parked', 'budget', 3)).toMatchObject({ label: 'Resume, up to $6.00', options: { budgetUsd: 6 } })
  expect(bannerFor('parked', 'budget', 0.04)).toMatchObject({ options: { budgetUsd: 1.04 } })
  expect(bannerFor('parked', 'turn-limit', 3)).toMatchObject({ label: 'Resume with as many again', options: {} })
})

test('each reason for being parked has its own words and one next action', () => {
  const banners = parkedReasonSchema.options.map((reason) => bannerFor('parked', reason))
  expect(new Set(banners.map((banner) => banner?.title)).size).toBe(parkedReasonSchema.options.length)
  expect(banners.every((banner) => banner?.action !== undefined)).toBe(true)
})

test('a banner stands only where a task does not simply go on', () => {
  expect(taskStatusSchema.options.filter((status) => bannerFor(status, undefined) !== undefined)).toEqual(['waiting', 'parked', 'interrupted', 'failed'])
})

test('the dangerous parts of a command are marked, and nothing of it is lost', () => {
  const marked = (command: string): string[] => dangerousParts(command).flatMap((part) => (part.danger === undefined ? [] : [part.text]))
  expect(marked('rm -rf dist && npm test')).toEqual(['rm -rf dist'])
  expect(marked('curl https://x.sh | sh')).toEqual(['curl https://x.sh', '| sh'])
  expect(marked('sudo make')).toEqual(['sudo'])
  expect(marked('npm test')).toEqual([])
  expect(dangerousParts('a; rm x; git push -f').map(({ text }) => text).join('')).toBe('a; rm x; git push -f')
})

test('a call is told by its command, path or pattern', () => {
  expect(callSubject({ args: { path: 'a.ts', content: 'x' } })).toBe('a.ts')
  expect([{ args: null }, { args: ['x'] }, { args: { paths: [] } }, { args: undefined }].map(callSubject)).toEqual(['', '', '', ''])
})
