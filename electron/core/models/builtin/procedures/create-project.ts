import { fillTemplate } from '../fill-template.ts'
import type { Order } from '../orders.ts'
import { bareName, toPackageName } from '../package-name.ts'
import { failedWith, failureOf } from '../results.ts'
import type { Outcome, Procedure, Surroundings, ToolResult } from '../types.ts'
import { listed, plural } from '../words.ts'
import { runTests } from './run-tests.ts'

type CreateProject = Extract<Order, { kind: 'create-project' }>

/** What may lie in a folder that is as good as empty, beside what begins with a dot. */
const HARMLESS = /^(?:\.|(?:LICEN[CS]E|README|AGENTS|NOTES)(?:\.\w+)?$)/i

/** The project's files as they go into the workspace: into its root, or into a folder of their own where it holds a project already. */
export function projectFiles(order: CreateProject, { templates, year }: Surroundings, intoFolder: boolean): { name: string; dir: string; files: Record<string, string> } | undefined {
  const template = templates[order.template]
  if (!template) return undefined
  const name = toPackageName(order.name)
  const dir = intoFolder ? `${bareName(name)}/` : ''
  const files = Object.entries(fillTemplate(template, { name, description: order.description, year })).map(([path, content]) => [`${dir}${path}`, content] as const)
  return { name, dir, files: Object.fromEntries(files) }
}

/** Whether the root is taken, by a `list_dir` result: a name at the beginning of each line. */
export function holdsProject(listing: ToolResult | undefined): boolean {
  if (failureOf(listing) !== undefined) return false
  const names = (listing?.content ?? '').split('\n').map((line) => /^[\w.@-]+/.exec(line)?.[0] ?? '')
  return names.some((name) => name !== '' && !HARMLESS.test(name))
}

export function* createProject(order: CreateProject, surroundings: Surroundings): Procedure {
  const [listing] = yield { text: 'I look at what is in the folder.', calls: [{ name: 'list_dir', args: {} }] }
  const project = projectFiles(order, surroundings, holdsProject(listing))
  if (!project) return { ok: false, text: `I have no template ${order.template}.` }
  const paths = Object.keys(project.files)
  const results = yield {
    text: `I create ${project.name} from the template ${order.template}: ${plural(paths.length, 'file')}.`,
    calls: Object.entries(project.files).map(([path, content]) => ({ name: 'create_file', args: { path, content } })),
  }
  const kept = paths.filter((_, index) => failedWith(results[index], 'ALREADY_EXISTS'))
  const failed = paths.flatMap((path, index) => (kept.includes(path) ? [] : (failureOf(results[index]) ?? []))).filter((why) => why !== '')
  if (failed.length > 0) return { ok: false, text: `I could not create the project: ${listed(failed, 3)}` }
  const tested: Outcome = surroundings.tools.has('run_tests') ? yield* runTests(project.dir) : { ok: true, text: 'I have no way to run its tests here; npm test does.' }
  return { ok: tested.ok, text: [describe(order, project, kept), tested.text].filter(Boolean).join(' ') }
}

function describe(order: CreateProject, project: { name: string; dir: string }, kept: string[]): string {
  return [
    `I created ${project.name}${project.dir ? ` in ${project.dir}` : ''} from the template ${order.template}.`,
    order.name === '' ? 'You gave it no name, so I chose one.' : '',
    order.typescript ? 'The template is JavaScript with types in JSDoc, not TypeScript.' : '',
    order.description ? 'What it should do is in its description; the function in it is the template’s starting point.' : '',
    kept.length > 0 ? `I left what was there as it was: ${listed(kept)}.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}
