import type { Plan, PlanStep } from '../../../shared/plan.ts'

const TITLE_CHARS = 500

/**
 * Makes a plan that can be carried out of whatever the planner answered: ids are unique, each dependency exists and none
 * goes in circles, and only agents that do work are named. Review and commit follow by themselves, so steps for them are left out.
 */
export function normalizePlan(plan: Plan | undefined, task: string, { commitFollows }: { commitFollows: boolean }): Plan {
  const seen = new Set<string>()
  const kept = (plan?.steps ?? []).filter((step) => {
    const needless = step.agent === 'reviewer' || step.agent === 'planner' || (commitFollows && step.agent === 'terminal' && /\bcommit\b/i.test(step.title))
    if (needless || seen.has(step.id)) return false
    seen.add(step.id)
    return true
  })
  if (kept.length === 0) return { steps: [{ id: '1', title: firstLine(task), agent: 'coder', dependsOn: [], files: [] }] }
  const done = new Set<string>()
  const steps: PlanStep[] = []
  // In an order in which every step follows what it depends on; what is left in a circle keeps its place and loses it.
  let left = kept.map((step) => ({ ...step, files: step.files.map(normalizePath), dependsOn: step.dependsOn.filter((id) => seen.has(id) && id !== step.id) }))
  while (left.length > 0) {
    const ready = left.filter((step) => step.dependsOn.every((id) => done.has(id)))
    const next = ready.length > 0 ? ready : left.slice(0, 1).map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => done.has(id)) }))
    for (const step of next) {
      steps.push(step)
      done.add(step.id)
    }
    left = left.filter((step) => !done.has(step.id))
  }
  return { steps }
}

/** The steps that may run now and at once: all they depend on is done, and no two claim the same file. */
export function nextWave(steps: readonly PlanStep[], done: ReadonlySet<string>): PlanStep[] {
  const ready = steps.filter((step) => !done.has(step.id) && step.dependsOn.every((id) => done.has(id)))
  const wave: PlanStep[] = []
  for (const step of ready) if (wave.every((other) => !collide(step, other))) wave.push(step)
  return wave
}

/** A step that claims nothing may touch anything. */
function collide(a: PlanStep, b: PlanStep): boolean {
  if (a.files.length === 0 || b.files.length === 0) return true
  return a.files.some((file) => b.files.some((other) => file === other || file.startsWith(`${other}/`) || other.startsWith(`${file}/`)))
}

function normalizePath(path: string): string {
  return path.replaceAll('\\', '/').split('/').filter((part) => part !== '' && part !== '.').join('/')
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, TITLE_CHARS) || 'Do the task'
}
