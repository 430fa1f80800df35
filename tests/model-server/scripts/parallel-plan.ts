import { calls, inTurns, json, play } from './scene.ts'

export const TASK = 'Add a.txt, b.txt and c.md.'
export const EXPECTED: Record<string, string> = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.md': 'a b\n' }

const PLAN = {
  steps: [
    { id: 'a', title: 'Write a.txt', agent: 'coder', dependsOn: [], files: ['a.txt'] },
    { id: 'b', title: 'Write b.txt', agent: 'coder', dependsOn: [], files: ['b.txt'] },
    { id: 'c', title: 'Write c.md', agent: 'docs', dependsOn: ['a', 'b'], files: ['c.md'] },
  ],
}

/** Two steps at once, and a third that needs both. Each answer takes a while, so that the two overlap in time. */
export const LATENCY_MS = 100

const write = inTurns(
  ({ activation }) => {
    const path = activation.files?.[0] ?? 'none.txt'
    return { ...calls(['write_file', { path, content: EXPECTED[path] ?? '' }]), latencyMs: LATENCY_MS }
  },
  { text: 'Written.', latencyMs: LATENCY_MS },
)

export const parallelPlan = play({
  planner: () => json(PLAN),
  coder: write,
  docs: write,
  reviewer: () => json({ approved: true, comments: 'All three are there.' }),
})
