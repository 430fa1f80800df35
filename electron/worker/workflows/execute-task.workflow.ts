import type { InngestFunction } from 'inngest'
import { carryOut } from './carry-out.ts'
import { defineWorkflow, type WorkflowParts } from './define-workflow.ts'

const NO_OTHER_WORKFLOW = "event.data.intent != 'create_project' && event.data.intent != 'refactor'"

/** plan → execute → validate → fix → report; what the route leaves out is left out. */
export function createExecuteTask(parts: WorkflowParts): InngestFunction.Any {
  return defineWorkflow(
    {
      id: 'execute-task',
      triggers: [
        { event: 'brain/task.requested', if: NO_OTHER_WORKFLOW },
        { event: 'brain/task.message', if: NO_OTHER_WORKFLOW },
      ],
      looksAtFolder: ({ intent }) => intent !== 'chat' && intent !== 'run_command',
      body: carryOut,
    },
    parts,
  )
}
