import picomatch from 'picomatch'
import { RainyError } from '../../../shared/errors.ts'
import type { CallSubject } from '../../../shared/tools.ts'

/** What is documentation, by its real path from the workspace: a link in `docs/` that leads to code is code. */
const DOCUMENTATION = ['**/*.md', 'docs/**', '**/README*', '**/CHANGELOG*', '**/LICENSE*']

/** Agents that may not write everything, and what they may. Their prompts say so too; this holds whatever a model makes of them. */
const WRITABLE: Readonly<Record<string, readonly string[]>> = { docs: DOCUMENTATION }

/** Why an agent may not make this call, whatever the mode and the rules; undefined where it may. */
export function refusedTo(agent: string, subject: CallSubject): RainyError | undefined {
  const patterns = Object.hasOwn(WRITABLE, agent) ? WRITABLE[agent] : undefined
  if (!patterns || subject.effect === 'none') return undefined
  const may = picomatch([...patterns], { dot: true, nocase: true })
  const refused = subject.writes.find((path) => !may(path))
  // An effect that names no file cannot be told to stay within them.
  if (refused === undefined && subject.effect === 'file') return undefined
  return new RainyError('DENIED', `The agent ${agent} writes documentation only (${patterns.join(', ')})${refused === undefined ? '' : `, not ${refused}`}. Leave it as it is and say what would have to change.`)
}
