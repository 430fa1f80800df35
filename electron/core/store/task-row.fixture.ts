import type { TaskHeader } from '../../../shared/tasks.ts'
import type { TaskRow } from './task-store.ts'

export const header: TaskHeader = {
  mode: 'full-auto',
  roles: { fast: ['builtin/rules'], smart: ['builtin/rules'], instant: ['builtin/rules'] },
  limits: { maxConcurrentTools: 10, maxConcurrentCommands: 2, workers: 2, taskTimeoutMs: 3_600_000, maxFixRounds: 2, maxTurns: 250 },
  budgetUsd: null,
  priority: 0,
  instructions: '',
  programVersion: '0.0.0',
  date: '2026-01-01',
  platform: 'linux',
}

export function taskRow(patch: Partial<TaskRow> & { id: string }): Omit<TaskRow, 'createdAt' | 'updatedAt'> {
  return {
    text: 'do it',
    workspace: '/nowhere',
    intent: 'edit_code',
    status: 'queued',
    reason: null,
    until: null,
    header,
    round: 1,
    plan: null,
    result: null,
    error: null,
    epoch: 1,
    activeMs: 0,
    ...patch,
  }
}
