import type { Order } from './orders.ts'
import { commit, commitMessage } from './procedures/commit.ts'
import { createProject } from './procedures/create-project.ts'
import { explainFile, explainProject } from './procedures/explain.ts'
import { quickFix } from './procedures/quick-fix.ts'
import { rename } from './procedures/rename.ts'
import { replaceText } from './procedures/replace.ts'
import { runCommand } from './procedures/run-command.ts'
import { runTests } from './procedures/run-tests.ts'
import { search } from './procedures/search.ts'
import { createFile, listFiles, showChanges, smallTalk } from './procedures/small.ts'
import type { Procedure, Surroundings } from './types.ts'

/** How each kind of order is carried out. One of kind `unknown` has no procedure: see answer.ts. */
export function carryOut(order: Exclude<Order, { kind: 'unknown' }>, task: string, surroundings: Surroundings): Procedure {
  switch (order.kind) {
    case 'create-project':
      return createProject(order, surroundings)
    case 'create-file':
      return createFile(order.path, order.content)
    case 'rename':
      return rename(order)
    case 'replace':
      return replaceText(order)
    case 'quick-fix':
      return quickFix(order.path === undefined ? [] : [order.path])
    case 'run':
      return runCommand(order.command)
    case 'test':
      return runTests()
    case 'search':
      return search(order.pattern, order.path)
    case 'explain':
      return order.path === undefined ? explainProject() : explainFile(order.path, surroundings)
    case 'changes':
      return showChanges(surroundings)
    case 'list':
      return listFiles(order.path)
    case 'commit':
      return commit(order.message ?? commitMessage(task), [])
    case 'small-talk':
      return say(smallTalk(order.about))
    default:
      return order satisfies never
  }
}

// oxlint-disable-next-line require-yield -- a procedure that needs no tool
export function* say(text: string): Procedure {
  return { ok: true, text }
}
