/** One command, as an agent or a user asks for it. */
export interface CommandRequest {
  /** A line for `/bin/sh -c`. */
  command: string
  /** Absolute; confining it is the caller's part. */
  cwd: string
  /** Added to the minimal environment. */
  env?: Record<string, string>
  /** 1 to COMMAND_TIMEOUT_MAX_MS; default COMMAND_TIMEOUT_MS. Time spent waiting for a free place does not count. */
  timeoutMs?: number
  signal: AbortSignal
  /** Output as it comes, without escape sequences; at most LIVE_LIMIT_BYTES of it. */
  onOutput?(text: string): void
}

export interface CommandResult {
  /** 128 + the signal's number where a signal ended it, as a shell says. */
  exitCode: number
  /** Name of the signal that ended it. */
  signal?: string
  /** Standard output and error together, escape sequences removed; head and tail of it where it is long. */
  output: string
  truncated: boolean
  durationMs: number
}

/** A shell for the user's terminal panel. */
export interface TerminalSession {
  readonly id: string
  /** False: on pipes, where node-pty could not be loaded. */
  readonly pty: boolean
  write(data: string): void
  resize(cols: number, rows: number): void
  /** First told what is kept of earlier output. */
  onData(listener: (data: string) => void): Disposable
  /** Also called, at once, where it has already ended. */
  onExit(listener: (exitCode: number) => void): Disposable
  /** Ends the shell and all that it started. */
  close(): Promise<void>
}

/** All shells and commands of the process. node-pty is not safe in several threads: host thread only. */
export interface Terminals {
  ptyAvailable(): boolean
  open(options: { cwd: string; cols: number; rows: number }): TerminalSession
  /**
   * Runs a command to its end; afterwards nothing that it started is left. Throws COMMAND_EMPTY, PATH_HAS_NUL,
   * CWD_NOT_FOUND, INVALID_TIMEOUT, TIMEOUT and CANCELLED (these two with `details.output`).
   */
  run(request: CommandRequest): Promise<CommandResult>
  dispose(): Promise<void>
}

export const COMMAND_TIMEOUT_MS = 120_000
export const COMMAND_TIMEOUT_MAX_MS = 3_600_000
