import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as approval from '../../model-server/scripts/approval.ts'
import { multiFileEdit } from '../../model-server/scripts/multi-file-edit.ts'
import * as multiFile from '../../model-server/scripts/multi-file-edit.project.ts'
import * as parallel from '../../model-server/scripts/parallel-plan.ts'
import type { Scenario } from '../scenario.ts'
import * as steering from './steering.ts'

/** The task of the issue: planned, edited, tested, reviewed, mended and committed. */
const multiFileScenario: Scenario = { name: 'multi-file-edit', files: multiFile.FILES, git: true, task: multiFile.TASK, mode: 'full-auto', script: multiFileEdit, latencyMs: 15, expected: multiFile.EXPECTED, atOnce: 1 }

export const SCENARIOS: Scenario[] = [
  multiFileScenario,
  { name: 'parallel-plan', files: {}, git: false, task: parallel.TASK, mode: 'full-auto', script: parallel.parallelPlan, latencyMs: 30, expected: parallel.EXPECTED, atOnce: 2 },
  { name: 'built-in-project', files: {}, git: false, task: 'create a node library called slugify', mode: 'full-auto', latencyMs: 0, atOnce: 2 },
  {
    name: 'approval',
    files: { 'a.txt': 'a\n' },
    git: false,
    task: approval.TASK,
    mode: 'ask',
    script: approval.approval,
    latencyMs: 15,
    expected: { 'a.txt': 'a\n', 'ran.txt': 'ran\n' },
    decide: (workspace) => (existsSync(join(workspace, 'ran.txt')) ? 'done' : 'rerun'),
    atOnce: 1,
  },
  { name: 'steering', files: { 'a.txt': 'a\n' }, git: false, task: steering.TASK, mode: 'full-auto', script: steering.steered, latencyMs: 150, expected: steering.EXPECTED, says: { afterSteps: 3, text: steering.SAID }, atOnce: 1 },
  { ...multiFileScenario, name: 'served', served: true },
]
