import type { TaskHeader } from '../../../shared/tasks.ts'

/** What every agent is told beside its prompt. It is the same in all turns of an activation, so that providers can cache it. */
export interface Surroundings {
  header: Pick<TaskHeader, 'date' | 'platform' | 'mode' | 'instructions'>
  workspace: string
  /** A bounded tree of the folder; empty where it was not looked at. */
  tree: string
}

const MODE_NOTES: Record<TaskHeader['mode'], string> = {
  plan: 'Mode: plan. Nothing may be changed or run; say what you would do.',
  ask: 'Mode: ask. The user is asked before anything is changed or run.',
  'auto-edit': 'Mode: auto-edit. The user is asked before commands run.',
  'full-auto': 'Mode: full-auto.',
}

export function renderSystem(prompt: string, { header, workspace, tree }: Surroundings): string {
  const parts = [prompt, `Folder: ${workspace}\nDate: ${header.date}. System: ${header.platform}. ${MODE_NOTES[header.mode]}`]
  if (header.instructions) parts.push(`The user's instructions:\n${header.instructions}`)
  if (tree) parts.push(`What is in the folder:\n${tree}`)
  return parts.join('\n\n')
}
