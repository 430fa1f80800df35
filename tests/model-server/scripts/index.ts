import type { Script } from '../script.ts'
import { approval } from './approval.ts'
import { longTask } from './long-task.ts'
import { multiFileEdit } from './multi-file-edit.ts'
import { parallelPlan } from './parallel-plan.ts'
import { sayHi } from './say-hi.ts'

const SCRIPTS: Record<string, Script> = {
  'say-hi': sayHi,
  approval,
  'multi-file-edit': multiFileEdit,
  'parallel-plan': parallelPlan,
  'long-task': longTask,
}

export const SCRIPT_NAMES = Object.keys(SCRIPTS)

export function findScript(name: string): Script | undefined {
  return SCRIPTS[name]
}
