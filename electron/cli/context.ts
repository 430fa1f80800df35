import type { Session, Need } from '../core/client/types.ts'
import type { DataPaths } from '../core/platform/paths.ts'
import type { Arguments } from './arguments.ts'
import type { TerminalIo } from './io.ts'

export interface CommandContext {
  args: Arguments
  io: TerminalIo
  env: Record<string, string | undefined>
  /** Absolute; not necessarily there yet. */
  workspace: string
  paths: DataPaths
  json: boolean
  version: string
  /** Opened once, and again only where more is needed than before; closed by main. */
  open(need: Need): Promise<Session>
  /** `rainy serve`: gives what it listens on; resolves `ended` when it is stopped. */
  startServer: StartServer
}

export type StartServer = (options: { port: number; ui: boolean; signal: AbortSignal }) => Promise<{ url: string; token: string; app?: string; ended: Promise<void> }>

/** Gives the exit status. */
export type Command = (context: CommandContext) => Promise<number>

export const EXIT = { done: 0, failed: 1, usage: 2, parked: 3, interrupted: 130 } as const
