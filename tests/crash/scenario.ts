import type { Script } from '../model-server/script.ts'

/** A task, what it starts from and who takes part in it. Whatever is killed of it, it must end the same. */
export interface Scenario {
  name: string
  files: Record<string, string>
  git: boolean
  task: string
  mode: 'ask' | 'full-auto'
  /** Undefined: the built-in model, and no server. */
  script?: Script
  /** Before each answer: slow enough that a kill can fall between any two things, quick enough for hundreds of them. */
  latencyMs: number
  /** Every file in the end. Left out: what a run leaves that nobody disturbs. */
  expected?: Record<string, string>
  /** Said by another process while it runs, once so many steps are stored. When it is heard decides how many turns there are. */
  says?: { afterSteps: number; text: string }
  /** A long-lived owner drives it and is what is killed; the command that is attached to it must finish by itself. */
  served?: boolean
  /** What a person who looks at the workspace says of a command whose end nobody saw. */
  decide?(workspace: string): 'rerun' | 'done'
  /** Model calls that may be under way at once. */
  atOnce: number
}
