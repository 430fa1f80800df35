import { classifyIntent } from '../../../../shared/intent.ts'
import type { Activation } from '../../../../shared/activation.ts'
import type { Plan } from '../../../../shared/plan.ts'
import { carryOut } from './carry-out.ts'
import { readOrders, type Order } from './orders.ts'
import { commit, commitMessage } from './procedures/commit.ts'
import { holdsProject, projectFiles } from './procedures/create-project.ts'
import { quickFix } from './procedures/quick-fix.ts'
import { failureOf } from './results.ts'
import type { Procedure, Surroundings } from './types.ts'
import { cannot } from './words.ts'

/** Thrown by a procedure that can do nothing of what was asked. */
export class Cannot extends Error {}

const TITLE_LIMIT = 300

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** The task's own beginning, in one line. */
function titleOf(task: string): string {
  const line = shorten(task)
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}`
}

function isTitleOf(step: string, task: string): boolean {
  return oneLine(step).replace(/…$/, '').slice(1) === oneLine(task).slice(1, oneLine(step).replace(/…$/, '').length)
}

function isKnown(order: Order): order is Exclude<Order, { kind: 'unknown' }> {
  return order.kind !== 'unknown'
}

/** What an agent is to do: its plan step, or the task where the step is but a shorter form of it. */
function ordersOf({ task, step }: Activation, { tools }: Surroundings): Order[] {
  const own = step === undefined || isTitleOf(step, task) ? [] : readOrders(step)
  const orders = own.some(isKnown) ? own : readOrders(task)
  // The commit is another agent's, who follows.
  return tools.has('git_commit') ? orders : orders.filter(({ kind }, _, all) => kind !== 'commit' || all.length === 1)
}

/** One order after another; the first that fails ends it, as what follows was meant to stand on it. */
export function* doOrders(activation: Activation, surroundings: Surroundings): Procedure {
  const orders = ordersOf(activation, surroundings)
  const unknown = orders.flatMap((order) => (order.kind === 'unknown' ? [order.text] : []))
  if (!orders.some(isKnown)) throw new Cannot(cannot(unknown[0] ? `no rule of mine knows what "${shorten(unknown[0])}" asks for.` : 'there is nothing for me to do.'))
  const texts: string[] = []
  for (const order of orders) {
    if (!isKnown(order)) continue
    const { ok, text } = yield* carryOut(order, activation.task, surroundings)
    texts.push(text)
    if (!ok) return { ok, text: texts.join('\n\n') }
  }
  if (unknown.length > 0) texts.push(`${cannot(`no rule of mine knows what "${shorten(unknown.join('; '))}" asks for, so I left that out.`)}`)
  return { ok: true, text: texts.join('\n\n') }
}

function shorten(text: string): string {
  const line = oneLine(text)
  return line.length <= TITLE_LIMIT ? line : `${line.slice(0, TITLE_LIMIT)}…`
}

/** The plan: one step, since an agent that follows rules does it all at once. */
export function* plan(activation: Activation, surroundings: Surroundings): Procedure {
  const orders = readOrders(activation.task)
  const [order] = orders
  if (!order || !orders.some(isKnown)) throw new Cannot(cannot(`no rule of mine knows what "${shorten(activation.task)}" asks for.`))
  const isCommand = orders.every(({ kind }) => kind === 'run' || kind === 'test' || kind === 'commit' || kind === 'changes')
  let files = orders.flatMap((one) => ('path' in one && one.path !== undefined ? [one.path] : []))
  if (order.kind === 'create-project') {
    const [listing] = yield { text: 'I look at what is in the folder.', calls: [{ name: 'list_dir', args: {} }] }
    files = Object.keys(projectFiles(order, surroundings, holdsProject(listing))?.files ?? {})
  }
  const value: Plan = { steps: [{ id: '1', title: titleOf(activation.task), agent: isCommand ? 'terminal' : 'coder', dependsOn: [], files }] }
  return { ok: true, text: JSON.stringify(value) }
}

/** The verdict of one who cannot read code: what the checks found is all that counts. */
// oxlint-disable-next-line require-yield -- it judges from what it was given
export function* review({ findings }: Activation): Procedure {
  const found = [...(findings?.tests ?? []), ...(findings?.diagnostics ?? [])]
  const comments = found.length > 0 ? `The checks found: ${found.join('; ')}` : 'The checks found nothing. As the built-in model I judge by the checks alone.'
  return { ok: true, text: JSON.stringify({ approved: found.length === 0, comments }) }
}

/** Rules repair what a language server knows a fix for, and nothing else. */
export function* fix({ findings, files }: Activation): Procedure {
  if ((findings?.diagnostics.length ?? 0) > 0) return yield* quickFix(files ?? [])
  const what = [...(findings?.tests ?? []), ...(findings?.review ? [findings.review] : [])].join('; ')
  return { ok: false, text: `I changed nothing. ${cannot(`mending this needs understanding: ${shorten(what || 'no finding was named')}.`)}` }
}

/** The commit at the end of work, or a round that is about nothing else: there other orders may come before it. */
export function* commitWork(activation: Activation, surroundings: Surroundings): Procedure {
  const { task, files, handoff } = activation
  const orders = readOrders(task)
  if (!handoff && orders.some((order) => order.kind !== 'commit' && isKnown(order))) return yield* doOrders(activation, surroundings)
  const asked = orders.find((order) => order.kind === 'commit')
  return yield* commit(asked?.message ?? commitMessage(task), files ?? handoff?.context.filesModified ?? [])
}

/** The templates need neither dependencies nor settings. */
// oxlint-disable-next-line require-yield -- there is nothing to do
export function* configure(): Procedure {
  return { ok: true, text: 'Nothing is left to set up: my templates have no dependencies.' }
}

/** After a project was created its README is there; to write one for any other is more than rules can do. */
export function* generateDocs({ task, files, handoff }: Activation): Procedure {
  if (!handoff) throw new Cannot(cannot(`to write "${shorten(task)}" needs understanding.`))
  const path = files?.find((file) => /(?:^|\/)README\.md$/.test(file)) ?? 'README.md'
  const [readme] = yield { text: 'I look whether there is a README.', calls: [{ name: 'read_file', args: { path } }] }
  const found = failureOf(readme) === undefined
  return { ok: true, text: found ? `${path} is there, from the template: it says what the project is and how it is used. I changed nothing.` : 'There is no README, and I write none: I cannot tell what the project is for.' }
}

/** Whether the failure to understand is the failure of the task: of work it is, of talk it is not. */
export function isWork({ task, phase }: Activation): boolean {
  if (phase !== 'answer') return true
  const intent = classifyIntent(task, { workspaceEmpty: false })
  return intent !== 'chat' && intent !== 'explain_code'
}
