import type { InngestFunction } from 'inngest'
import { carryOut } from './carry-out.ts'
import { defineWorkflow, type WorkflowParts } from './define-workflow.ts'

/** plan → apply file by file, in parallel where the plan allows → diagnostics → tests → fix → report. */
export function createRefactorCode(parts: WorkflowParts): InngestFunction.Any {
  return defineWorkflow(
    { id: 'refactor-code', triggers: [{ event: 'brain/refactor.requested' }], looksAtFolder: () => true, body: carryOut },
    parts,
  )
}
