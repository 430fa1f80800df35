import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProgressBody, ProgressEvent } from '../../../shared/progress.ts'
import { foldProgress } from './fold.ts'
import { EMPTY_PROGRESS } from './items.ts'
import type { TaskProgress } from './items.ts'

function events(...bodies: ProgressBody[]): ProgressEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, taskId: 't', ts: 1000 + index, ...body }))
}

const token = (text: string, attempt = 1, messageId = 'm1'): ProgressBody => ({ type: 'token', messageId, attempt, agent: 'coder', text })
const tool = (callId: string, status: 'pending' | 'success' | 'error', name = 'read_file', runId = 'r1'): ProgressBody => ({ type: 'tool', runId, callId, tool: name, status })

const fold = (...bodies: ProgressBody[]): TaskProgress => foldProgress(EMPTY_PROGRESS, events(...bodies))
const texts = (progress: TaskProgress): string[] => progress.items.flatMap((item) => (item.kind === 'message' ? [item.text] : []))

describe('a message', () => {
  test('grows token by token in one row', () => {
    expect(texts(fold(token('Hel'), token('lo')))).toEqual(['Hello'])
  })

  test('of a new attempt replaces the text of the one before', () => {
    expect(texts(fold(token('wrong'), token('right', 2), token('!', 2)))).toEqual(['right!'])
  })

  test('says that it began again only where text was replaced, whatever number its attempt has', () => {
    expect(fold(token('a', 201), token('b', 201)).items).toMatchObject([{ begunAgain: false }])
    expect(fold(token('a', 201), token('b', 202), token('c', 202)).items).toMatchObject([{ begunAgain: true, text: 'bc' }])
  })

  test('takes no late token of an attempt that was replaced', () => {
    expect(texts(fold(token('a'), token('b', 2), token('late')))).toEqual(['b'])
  })

  test('ends with the whole answer, which has the last word', () => {
    const progress = fold(token('Hel'), { type: 'message', messageId: 'm1', agent: 'coder', text: 'Hello.' })
    expect(progress.items).toMatchObject([{ kind: 'message', text: 'Hello.', streaming: false }])
  })

  test('that is empty makes no row', () => {
    expect(fold({ type: 'message', messageId: 'm1', agent: 'coder', text: '' }).items).toEqual([])
  })
})

describe('tool calls', () => {
  test('of one tool that follow each other fold into one row, and keep their order', () => {
    const progress = fold(tool('a', 'pending'), tool('b', 'pending'), tool('b', 'success'), tool('a', 'error'))
    expect(progress.items).toMatchObject([{ kind: 'tools', calls: [{ callId: 'a', status: 'error' }, { callId: 'b', status: 'success' }] }])
  })

  test('of other tools and other runs have rows of their own', () => {
    const progress = fold(tool('a', 'pending'), tool('b', 'pending', 'edit_file'), tool('c', 'pending', 'edit_file', 'r2'))
    expect(progress.items.map((item) => item.kind === 'tools' && item.calls.length)).toEqual([1, 1, 1])
  })

  test('take their output wherever other rows have come meanwhile', () => {
    const progress = fold(tool('a', 'pending', 'run_command'), token('x'), { type: 'output', callId: 'a', text: 'one\n' }, { type: 'output', callId: 'a', text: 'two\n' })
    expect(progress.items[0]).toMatchObject({ calls: [{ output: { head: 'one\ntwo\n' } }] })
  })
})

test('an approval that was decided keeps its place', () => {
  const asked = { type: 'approval', approvalId: 'x', tool: 'run_command', preview: 'npm test' } as const
  const progress = fold({ ...asked, status: 'pending' }, token('t'), { ...asked, status: 'approved' })
  expect(progress.items.map((item) => item.kind)).toEqual(['approval', 'message'])
  expect(progress.items[0]).toMatchObject({ status: 'approved' })
})

test('usage adds up, and the cost is the last total that was told', () => {
  const usage = { type: 'usage', model: 'm', inputTokens: 10, outputTokens: 5, costUsd: 0.1 } as const
  expect(fold({ ...usage, totalCostUsd: 0.1 }, { ...usage, totalCostUsd: 0.2 }).usage).toEqual({ inputTokens: 20, outputTokens: 10, costUsd: 0.2, modelCalls: 2 })
})

const bodies = fc.oneof(
  fc.record({ text: fc.string(), attempt: fc.integer({ min: 1, max: 3 }), id: fc.constantFrom('m1', 'm2') }).map(({ text, attempt, id }) => token(text, attempt, id)),
  fc.record({ id: fc.constantFrom('a', 'b', 'c'), status: fc.constantFrom('pending' as const, 'success' as const, 'error' as const), run: fc.constantFrom('r1', 'r2') }).map(({ id, status, run }) => tool(id, status, 'read_file', run)),
  fc.record({ id: fc.constantFrom('a', 'b', 'zz'), text: fc.string() }).map(({ id, text }): ProgressBody => ({ type: 'output', callId: id, text })),
  fc.integer({ min: 1, max: 9 }).map((step): ProgressBody => ({ type: 'step', step, total: 9, message: `step ${step}` })),
)

test('however events are cut into batches and repeated, the outcome is the same, and no row moves (invariants 1, 2, 3)', () => {
  fc.assert(
    fc.property(fc.array(bodies, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 10 }), (list, cuts) => {
      const all = events(...list)
      let piecewise = EMPTY_PROGRESS
      for (const cut of [...cuts.toSorted((a, b) => a - b), all.length]) {
        const before = piecewise.items.map((item) => item.id)
        // Each batch begins a little before what was taken in already: a follow that started again.
        piecewise = foldProgress(piecewise, all.slice(Math.max(0, piecewise.seq - 3), cut))
        expect(piecewise.items.slice(0, before.length).map((item) => item.id)).toEqual(before)
      }
      expect(piecewise).toEqual(foldProgress(EMPTY_PROGRESS, all))
    }),
  )
})
