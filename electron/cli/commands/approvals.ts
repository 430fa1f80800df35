import type { ApprovalView } from '../../../shared/api.ts'
import { has } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { safeLine, safeText } from '../render/safe-text.ts'
import { ago, createStyle, type Style } from '../render/style.ts'

const PREVIEW_LINES = 20

export async function approvals({ args, io, json, open }: CommandContext): Promise<number> {
  const session = await open('read')
  const list = await session.api.call('approvals.list', { all: has(args, 'all') })
  if (json) io.out(`${JSON.stringify(list)}\n`)
  else if (list.length === 0) io.out('Nothing waits for a decision.\n')
  else io.out(`${list.flatMap((approval) => describeApproval(approval, createStyle(io.colors), io.now())).join('\n')}\n`)
  return EXIT.done
}

export function describeApproval(approval: ApprovalView, style: Style, now: number): string[] {
  const { id, kind, tool, status, decision } = approval
  const lines = safeText(approval.preview).trimEnd().split('\n')
  const commands = kind === 'in-doubt' ? [`rainy decide ${id} rerun|skip|done`] : [`rainy approve ${id}${approval.alwaysRule === undefined ? '' : ' [--always]'}`, `rainy deny ${id}`]
  return [
    `${style.bold(id)}  ${kind === 'in-doubt' ? `${tool} (outcome unknown)` : tool}  ${style.dim(`task ${approval.taskId}, ${ago(now - approval.createdAt)}, ${safeLine(approval.workspace, 300)}`)}`,
    ...lines.slice(0, PREVIEW_LINES).map((line) => `    ${line}`),
    ...(lines.length > PREVIEW_LINES ? [`    … ${lines.length - PREVIEW_LINES} more lines`] : []),
    status === 'pending' ? `  ${style.dim(commands.join('   '))}` : `  ${style.dim(`${status}${decision && decision !== status ? `: ${decision}` : ''}`)}`,
  ]
}
