import type { CommandSpec, OptionSpec } from './arguments.ts'
import type { Command } from './context.ts'

export interface ListedCommand extends CommandSpec {
  load(): Promise<Command>
}

const TASK_OPTIONS: Record<string, OptionSpec> = {
  mode: { value: 'MODE', help: 'plan, ask, auto-edit or full-auto (default: ask)' },
  model: { value: '[ROLE=]PROVIDER/MODEL', many: true, help: 'the model of a role (fast, smart, instant), or of all' },
  budget: { value: 'USD', help: 'stop before it costs more' },
  wait: { help: 'do not leave when something has to be decided' },
}

/** Every command. One entry here and one file in commands/ make a new one. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'run',
    positionals: ['[TASK...]'],
    summary: 'run a task and watch it; `-` or anything piped in is read and added',
    options: {
      ...TASK_OPTIONS,
      yes: { short: 'y', help: 'the same as --mode full-auto --trust' },
      continue: { short: 'c', help: 'another message in the last task of this folder, or in the task ID that is given first' },
      priority: { value: 'N', help: 'seconds of head start in the queue, -600 to 600' },
      file: { value: 'FILE', many: true, help: 'a file that the task is about' },
      detach: { help: 'leave it to a background owner' },
    },
    load: async () => (await import('./commands/run.ts')).run,
  },
  { name: 'tasks', positionals: [], summary: 'list the tasks, newest first (with --workspace: of that folder)', options: { limit: { value: 'N', help: 'at most so many (default: 500)' } }, load: async () => (await import('./commands/tasks.ts')).tasks },
  { name: 'show', positionals: ['ID'], summary: 'show one task: plan, steps, tool calls, changes, cost', options: {}, load: async () => (await import('./commands/show.ts')).show },
  { name: 'attach', positionals: ['ID'], summary: 'follow a task from its start', options: { wait: { help: 'do not leave when something has to be decided' } }, load: async () => (await import('./commands/attach.ts')).attach },
  { name: 'resume', positionals: ['[ID]'], summary: 'go on from the last checkpoint; without ID with every task of this folder that can', options: TASK_OPTIONS, load: async () => (await import('./commands/resume.ts')).resume },
  { name: 'cancel', positionals: ['ID'], summary: 'end a task for good', options: {}, load: async () => (await import('./commands/cancel.ts')).cancel },
  { name: 'approvals', positionals: [], summary: 'list what waits for a decision', options: { all: { short: 'a', help: 'those that are decided too' } }, load: async () => (await import('./commands/approvals.ts')).approvals },
  { name: 'approve', positionals: ['ID'], summary: 'say yes', options: { always: { help: 'and allow the same in this folder from now on' } }, load: async () => (await import('./commands/decide.ts')).approve },
  { name: 'deny', positionals: ['ID'], summary: 'say no', options: {}, load: async () => (await import('./commands/decide.ts')).deny },
  { name: 'decide', positionals: ['ID', 'rerun|skip|done'], summary: 'say what became of a command whose outcome is unknown', options: {}, load: async () => (await import('./commands/decide.ts')).decide },
  { name: 'diff', positionals: ['ID'], summary: 'print the changes a task made, as a unified diff', options: {}, load: async () => (await import('./commands/diff.ts')).diff },
  { name: 'rewind', positionals: ['ID'], summary: 'take workspace and task back to a checkpoint', options: { to: { value: 'N', help: 'the checkpoint (0: before the task)' } }, load: async () => (await import('./commands/rewind.ts')).rewind },
  { name: 'trust', positionals: ['[DIR]'], summary: 'trust a folder and all below it', options: { revoke: { help: 'take it back' } }, load: async () => (await import('./commands/trust.ts')).trust },
  { name: 'serve', positionals: [], summary: 'stay, and let programs and the app attach', options: { port: { value: 'N', help: 'listen here (default: a free port)' }, ui: { help: 'serve the app too' } }, load: async () => (await import('./commands/serve.ts')).serve },
  { name: 'tools', positionals: [], summary: 'list the tools', options: {}, load: async () => (await import('./commands/tools.ts')).tools },
  { name: 'tool', positionals: ['NAME', '[JSON]'], summary: 'run one tool and print its result', options: {}, load: async () => (await import('./commands/tool.ts')).tool },
  { name: 'models', positionals: [], summary: 'show roles and providers, and whether they answer', options: {}, load: async () => (await import('./commands/models.ts')).models },
  { name: 'doctor', positionals: [], summary: 'check that everything needed is here', options: {}, load: async () => (await import('./commands/doctor.ts')).doctor },
]
