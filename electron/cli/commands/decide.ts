import { decisionSchema, type Decision } from '../../../shared/api.ts'
import { nearest } from '../../core/config/nearest.ts'
import { has, UsageError } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'

const OF_COMMANDS: readonly Decision[] = ['rerun', 'skip', 'done']

export function approve(context: CommandContext): Promise<number> {
  return take(context, 'approve', has(context.args, 'always'))
}

export function deny(context: CommandContext): Promise<number> {
  return take(context, 'deny', false)
}

export async function decide(context: CommandContext): Promise<number> {
  const given = context.args.positionals[1] ?? ''
  const decision = decisionSchema.safeParse(given)
  if (!decision.success || !OF_COMMANDS.includes(decision.data)) {
    const near = nearest(given, OF_COMMANDS)
    throw new UsageError(`"${given}" is no decision${near ? `; did you mean "${near}"?` : `: ${OF_COMMANDS.join(', ')}`}`, 'decide')
  }
  return take(context, decision.data, false)
}

/** Where no owner lives this process takes the lock, decides, and leaves: the task goes on when it is resumed. */
async function take({ args, io, json, open }: CommandContext, decision: Decision, always: boolean): Promise<number> {
  const session = await open('decide')
  const approval = await session.api.call('approvals.decide', { approvalId: args.positionals[0] ?? '', decision, always })
  if (json) io.out(`${JSON.stringify(approval)}\n`)
  else {
    io.out(`${approval.decision ?? approval.status}: ${approval.tool} ${safeLine(approval.preview, 100)}\n`)
    if (session.role === 'owner') io.out(`Go on with: rainy resume ${approval.taskId}\n`)
  }
  return EXIT.done
}
