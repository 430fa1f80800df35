import { calls, inTurns, play } from './scene.ts'

/** Leaves one line behind each time it runs, so that a second run shows. */
export const COMMAND = 'echo ran >> ran.txt'
export const TASK = `run ${COMMAND}`

/** One command, which asks where the mode asks, then what came of it. */
export const approval = play({
  terminal: inTurns(calls(['run_command', { command: COMMAND }]), ({ results }) => ({ text: `It said: ${results.map(({ content }) => content).join('\n')}` })),
})
