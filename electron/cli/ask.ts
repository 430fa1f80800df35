import type { ApprovalView, Decision } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import type { Session } from '../core/client/types.ts'
import type { TerminalIo } from './io.ts'
import { safeLine, safeText } from './render/safe-text.ts'
import { createStyle } from './render/style.ts'
import type { Renderer } from './render/types.ts'

interface Answer {
  /** What may be typed, the letter first. */
  words: readonly string[]
  decision: Decision | 'later'
  always?: boolean
}

const LATER: Answer = { words: ['l', 'later'], decision: 'later' }
const YES_NO: readonly Answer[] = [
  { words: ['y', 'yes'], decision: 'approve' },
  { words: ['n', 'no'], decision: 'deny' },
]
const ALWAYS: Answer = { words: ['a', 'always'], decision: 'approve', always: true }
const IN_DOUBT: readonly Answer[] = [
  { words: ['r', 'rerun'], decision: 'rerun' },
  { words: ['s', 'skip'], decision: 'skip' },
  { words: ['d', 'done'], decision: 'done' },
]

/** Answers that mean nothing are asked again, this often. */
const TRIES = 3

function answersOf({ kind, alwaysRule }: ApprovalView): readonly Answer[] {
  if (kind === 'in-doubt') return [...IN_DOUBT, LATER]
  return [...YES_NO, ...(alwaysRule === undefined ? [] : [ALWAYS]), LATER]
}

/** Asks a person for one decision and takes it. False where it was put off. */
async function askOne(io: TerminalIo, session: Session, approval: ApprovalView, signal: AbortSignal): Promise<boolean> {
  const style = createStyle(io.colors)
  const answers = answersOf(approval)
  const question = { approval: `Run ${safeLine(approval.tool)}?`, 'in-doubt': `${safeLine(approval.tool)} was begun and its end not seen. What now?`, trust: 'Trust this folder?' }[approval.kind]
  io.out(`\n${style.yellow(question)}\n${safeText(approval.preview).trimEnd().split('\n').map((line) => `    ${line}`).join('\n')}\n`)
  if (approval.alwaysRule !== undefined) io.out(style.dim(`    always: ${safeLine(approval.alwaysRule, 300)}\n`))
  for (let tries = 0; tries < TRIES; tries += 1) {
    io.out(`${answers.map(({ words: [letter, word] }) => `[${letter ?? ''}] ${word ?? ''}`).join('  ')}: `)
    const line = (await io.readLine(signal))?.trim().toLowerCase()
    if (line === undefined) return false
    const answer = answers.find(({ words }) => words.includes(line))
    if (!answer) continue
    if (answer.decision === 'later') return false
    return decide(io, session, approval, answer.decision, answer.always === true)
  }
  return false
}

async function decide(io: TerminalIo, session: Session, approval: ApprovalView, decision: Decision, always: boolean): Promise<boolean> {
  try {
    await session.api.call('approvals.decide', { approvalId: approval.id, decision, always })
  } catch (error) {
    if (!(error instanceof RainyError && error.code === 'ALREADY_DECIDED')) throw error
    io.out(`${safeLine(error.message)}\n`)
  }
  return true
}

export interface Asker {
  /** Asks for all that waits in the task and was not put off. True where anything was decided. */
  askPending(taskId: string): Promise<boolean>
}

export function createAsker(io: TerminalIo, session: Session, renderer: Renderer, signal: AbortSignal): Asker {
  const putOff = new Set<string>()
  return {
    async askPending(taskId) {
      let decided = false
      for (const approval of await session.api.call('approvals.list', { taskId })) {
        if (putOff.has(approval.id) || signal.aborted) continue
        renderer.pause()
        if (await askOne(io, session, approval, signal)) decided = true
        else putOff.add(approval.id)
      }
      return decided
    },
  }
}
