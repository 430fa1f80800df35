import type { TaskDetail } from '../../../shared/tasks.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { safeLine, safeText } from '../render/safe-text.ts'
import { ago, cost, count, counted, createStyle, duration, type Style } from '../render/style.ts'
import { colorOf } from './tasks.ts'

/** Of steps and tool calls, the last so many. */
const SHOWN_ROWS = 30
const LABEL_WIDTH = 11

export async function show({ args, io, json, open }: CommandContext): Promise<number> {
  const session = await open('read')
  const detail = await session.api.call('tasks.get', { taskId: args.positionals[0] ?? '' })
  io.out(json ? `${JSON.stringify(detail)}\n` : `${describeTask(detail, createStyle(io.colors), io.now()).join('\n')}\n`)
  return EXIT.done
}

export function describeTask(task: TaskDetail, style: Style, now: number): string[] {
  const field = (label: string, value: string): string => `${style.dim(label.padEnd(LABEL_WIDTH))}${value}`
  const { usage } = task
  return [
    style.bold(safeLine(task.task, 1000)),
    '',
    field('id', task.id),
    field('status', colorOf(task, style)(`${task.status}${task.reason ? ` (${safeLine(task.reason)})` : ''}`)),
    field('workspace', safeLine(task.workspace, 1000)),
    field('mode', `${task.mode}${task.intent ? `, ${task.intent}` : ''}, round ${task.round}`),
    field('started', `${ago(now - task.createdAt)}, last change ${ago(now - task.updatedAt)}`),
    field('usage', `${counted(usage.modelCalls, 'model call')}, ${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out, ${cost(usage.costUsd)}`),
    ...section('Plan', planLines(task, style)),
    ...section('Steps', last(task.steps.map((step) => `${style.dim(`[${step.step}/${step.total}]`)} ${safeLine(step.message)}${step.agent ? style.dim(` ${step.agent}`) : ''}`))),
    ...section('Tool calls', last(task.toolCalls.map((call) => toolLine(call, style)))),
    ...section('Changes', task.changes.map((change) => `${{ added: 'A', modified: 'M', deleted: 'D' }[change.status]} ${safeLine(change.path, 500)} ${style.green(`+${change.added}`)} ${style.red(`-${change.removed}`)}`)),
    ...section('Checkpoints', last(task.checkpoints.map((point) => `${point.checkpoint}  ${safeLine(point.files.join(', '), 300)}`))),
    ...section('Result', task.result ? safeText(task.result.summary).trim().split('\n') : []),
    ...section('Error', task.error ? [style.red(`${safeLine(task.error.message, 1000)} [${task.error.code}]`)] : []),
    ...section('Next', task.next ? [style.bold(safeLine(task.next, 500))] : []),
  ]
}

function section(title: string, rows: string[]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, ...rows.map((row) => `  ${row}`)]
}

function last(rows: string[]): string[] {
  const hidden = rows.length - SHOWN_ROWS
  return hidden > 0 ? [`… ${hidden} before`, ...rows.slice(-SHOWN_ROWS)] : rows
}

function planLines({ plan }: TaskDetail, style: Style): string[] {
  return (plan?.steps ?? []).map((step) => `${step.id}  ${safeLine(step.title)} ${style.dim(`(${step.agent}${step.dependsOn.length > 0 ? `, after ${step.dependsOn.join(', ')}` : ''})`)}`)
}

function toolLine(call: TaskDetail['toolCalls'][number], style: Style): string {
  const sign = { pending: '…', success: style.green('✓'), error: style.red('✗'), denied: style.yellow('⊘'), unknown: style.yellow('?') }[call.status]
  const what = call.error ? `: ${safeLine(call.error.message)}` : call.summary ? ` ${style.dim(safeLine(call.summary))}` : ''
  return `${sign} ${call.tool}${what}${call.durationMs === undefined ? '' : style.dim(` (${duration(call.durationMs)})`)}`
}
