import { calls, inTurns, json, play, type Act } from './scene.ts'
import { COMMIT_MESSAGE, COMPLAINT, EDITS, FIX, GUARD, READS } from './multi-file-edit.project.ts'

const PLAN = {
  steps: [
    {
      id: '1',
      title: 'Add discounted() to src/money.js, a discount to createCart in src/cart.js and its line to src/invoice.js',
      agent: 'coder',
      dependsOn: [],
      files: Object.keys(EDITS),
    },
  ],
}

/** Goes on only where all that was asked for came; else says what did not, so that a test sees it. */
function ifAllWent(act: Act): Act {
  return (scene) => {
    const failed = scene.results.filter(({ content }) => /^\s*(?:\{"error"|error\b)/i.test(content))
    return failed.length > 0 ? { text: `This did not go as it should: ${failed.map(({ content }) => content).join('; ')}` } : act(scene)
  }
}

const readFive = calls(...READS.map((path): [string, unknown] => ['read_file', { path }]))
const editThree = calls(...Object.entries(EDITS).map(([path, edits]): [string, unknown] => ['edit_file', { path, edits }]))

const code = inTurns(
  readFive,
  ifAllWent(() => editThree),
  ifAllWent(() => calls(['run_tests', {}])),
  ifAllWent(() => ({ text: 'A cart takes a discount in percent now, and the invoice shows it. The tests pass.' })),
)

const fix = inTurns(
  calls(['read_file', { path: 'src/cart.js' }]),
  ifAllWent(() => calls(...Object.entries(FIX).map(([path, edits]): [string, unknown] => ['edit_file', { path, edits }]))),
  ifAllWent(() => ({ text: 'A discount outside 0 to 100 percent is refused now.' })),
)

/** Complains as long as what it reads lacks the guard. */
const review = inTurns(calls(['read_file', { path: 'src/cart.js' }]), ({ results }) =>
  json(results.some(({ content }) => content.includes(GUARD)) ? { approved: true, comments: 'The discount is right and checked.' } : { approved: false, comments: COMPLAINT }),
)

const commit = inTurns(
  calls(['git_status', {}]),
  ifAllWent(() => calls(['git_commit', { message: COMMIT_MESSAGE }])),
  ifAllWent(() => ({ text: `Committed: ${COMMIT_MESSAGE}.` })),
)

/** planner → coder → reviewer, who complains once → coder → reviewer → terminal, which commits. */
export const multiFileEdit = play({
  planner: inTurns(calls(['read_directory_tree', {}]), json(PLAN)),
  coder: { 'execute-step': code, answer: code, fix },
  reviewer: review,
  terminal: commit,
})
