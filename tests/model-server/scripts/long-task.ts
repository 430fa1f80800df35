import { calls, json, play } from './scene.ts'

/** Model calls that the coder makes; the reviewer makes one more. */
export const CODER_CALLS = 120
export const TASK = 'Update progress.txt step by step.'
export const FILES: Record<string, string> = { 'progress.txt': 'step 0;\n', 'notes.md': 'Count upwards.\n' }

const EDITS = Math.floor((CODER_CALLS - 1) / 2)
export const EXPECTED: Record<string, string> = { ...FILES, 'progress.txt': `step ${EDITS};\n` }

/** Reads and edits in turn, one call an answer, over many handoffs of the coder to itself. */
export const longTask = play({
  coder({ turn }) {
    if (turn >= CODER_CALLS - 1) return { text: `Went ${EDITS} steps.` }
    if (turn % 2 === 0) return calls(['read_file', { path: 'notes.md' }])
    const step = (turn - 1) / 2
    return calls(['edit_file', { path: 'progress.txt', edits: [{ find: `step ${step};`, replace: `step ${step + 1};` }] }])
  },
  reviewer: () => json({ approved: true, comments: 'Every step was taken.' }),
})
