import type { JsonValue } from '../../../shared/json.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { safeLine, safeText } from './safe-text.ts'
import { counted, duration, type Style } from './style.ts'

const SUMMARY_LIMIT = 160

/** An event as lines for people, without what only a live view shows (tokens, output). */
export function describeEvent(event: ProgressEvent, style: Style): string[] {
  switch (event.type) {
    case 'status':
      return describeStatus(event, style)
    case 'step':
      return [style.bold(`[${event.step}/${event.total}] ${safeLine(event.message)}`) + style.dim(event.agent ? ` ${safeLine(event.agent)}` : '')]
    case 'tool':
      return describeTool(event, style)
    case 'message':
      // What the person said comes back as it was said, a plan in JSON too.
      if (event.agent === 'user') return [style.cyan('you:'), ...safeText(event.text).trim().split('\n')]
      return event.text.trim() === '' || isPlan(event.text) ? [] : [style.cyan(`${safeLine(event.agent)}:`), ...safeText(event.text).trim().split('\n')]
    case 'plan':
      return ['Plan:', ...event.steps.map((step, at) => `  ${at + 1}. ${safeLine(step.title)} ${style.dim(`(${step.agent})`)}`)]
    case 'handoff':
      return [style.dim(event.from === event.to ? `${event.from} goes on: ${safeLine(event.reason)}` : `${event.from} hands to ${event.to}: ${safeLine(event.reason)}`)]
    case 'approval':
      return describeApproval(event, style)
    case 'checkpoint':
      return [style.dim(`checkpoint ${event.checkpoint}: ${safeLine(event.files.join(', '), SUMMARY_LIMIT)}`)]
    case 'recovered':
      return [style.yellow(event.reason === 'restart' ? 'went on after a restart' : 'went on after a worker crashed') + style.dim(event.stepId ? ` (at ${safeLine(event.stepId)})` : '')]
    case 'complete':
      return describeResult(event, style)
    case 'failed':
      return [style.red(`✗ failed: ${safeLine(event.error.message, 1000)} [${event.error.code}]`)]
    case 'cancelled':
      return [style.yellow(`cancelled: ${safeLine(event.reason)}`)]
    case 'interrupted':
      return [style.yellow(`interrupted: ${safeLine(event.reason)}`), ...next(event.next, style)]
    case 'parked':
      return [style.yellow(`parked: ${PARKED[event.reason]}`), ...next(event.next, style)]
    case 'usage':
    case 'token':
    case 'output':
      return []
    default:
      return event satisfies never
  }
}

/** A planner's answer is JSON; what people see of it is the `plan` event. */
function isPlan(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'steps' in value
  } catch {
    return false
  }
}

const PARKED = {
  approval: 'something has to be approved',
  'in-doubt': 'nobody knows whether a command has run to its end',
  budget: 'the budget is used up',
  disk: 'the disk is full',
  trust: 'the folder is not trusted',
  'turn-limit': 'it has made all the model calls it may',
  'time-limit': 'it has run as long as it may',
  'worker-crash': 'it made its worker crash again and again',
  diverged: 'the program has changed under it',
} as const

function next(command: string | undefined, style: Style): string[] {
  return command ? [`  go on with: ${style.bold(safeLine(command, 500))}`] : []
}

function describeStatus(event: Extract<ProgressEvent, { type: 'status' }>, style: Style): string[] {
  if (event.status !== 'waiting') return []
  return [style.dim(`waiting${event.reason ? `: ${safeLine(event.reason)}` : ''}${event.until ? ` until ${new Date(event.until).toISOString()}` : ''}`)]
}

function describeTool(event: Extract<ProgressEvent, { type: 'tool' }>, style: Style): string[] {
  const head = `${event.tool}${event.args === undefined ? '' : ` ${safeLine(callLine(event.args), SUMMARY_LIMIT)}`}`
  const took = event.durationMs === undefined ? '' : style.dim(` (${duration(event.durationMs)})`)
  switch (event.status) {
    case 'pending':
      return []
    case 'success':
      return [`  ${style.green('✓')} ${head}${event.summary ? style.dim(` ${safeLine(event.summary, SUMMARY_LIMIT)}`) : ''}${took}`]
    case 'error':
      return [`  ${style.red('✗')} ${head}: ${safeLine(event.error?.message ?? 'failed', SUMMARY_LIMIT)}${took}`]
    case 'denied':
      return [`  ${style.yellow('⊘')} ${head}: ${safeLine(event.error?.message ?? 'denied', SUMMARY_LIMIT)}`]
    case 'unknown':
      return [`  ${style.yellow('?')} ${head}: nobody knows whether it has run`]
    default:
      return event.status satisfies never
  }
}

/** What a call is about, in a few words: its path, command or pattern. */
export function callLine(args: JsonValue): string {
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return JSON.stringify(args)
  for (const name of ['command', 'path', 'pattern', 'message', 'symbol', 'filter']) {
    const value = args[name]
    if (typeof value === 'string') return value
  }
  return Object.keys(args).length === 0 ? '' : JSON.stringify(args)
}

function describeApproval(event: Extract<ProgressEvent, { type: 'approval' }>, style: Style): string[] {
  if (event.status !== 'pending') return [style.dim(`${event.tool}: ${safeLine(event.decision ?? event.status)} (${event.approvalId})`)]
  return [style.yellow(`needs a decision: ${event.tool}`) + style.dim(` (${event.approvalId})`), ...safeText(event.preview).trimEnd().split('\n').map((line) => `    ${line}`)]
}

function describeResult({ result }: Extract<ProgressEvent, { type: 'complete' }>, style: Style): string[] {
  const { validation } = result
  const checks = [
    ...(validation?.tests ? [`tests: ${validation.tests.passed} passed, ${validation.tests.failed} failed${validation.tests.skipped ? `, ${validation.tests.skipped} skipped` : ''}`] : []),
    ...(validation?.diagnostics ? [`diagnostics: ${counted(validation.diagnostics.errors, 'error')}, ${counted(validation.diagnostics.warnings, 'warning')}`] : []),
    ...(validation?.review ? [`review: ${validation.review.approved ? 'approved' : 'not approved'}`] : []),
  ]
  return [
    (result.success ? style.green('✓ done') : style.red('✗ not done')) + (checks.length > 0 ? style.dim(` (${checks.join('; ')})`) : ''),
    ...safeText(result.summary).trim().split('\n').filter((line, _, all) => line !== '' || all.length > 1),
    ...(result.filesModified.length > 0 ? [style.dim(`changed: ${safeLine(result.filesModified.join(', '), 500)}`)] : []),
  ]
}
