/** The terminal as commands see it: a port, so that tests can type and read. */
export interface TerminalIo {
  out(text: string): void
  err(text: string): void
  /** Both ends are a person's: it can be asked and redrawn. */
  interactive: boolean
  /** Does stdout understand colours and cursor movements? */
  live: boolean
  colors: boolean
  columns(): number
  /**
   * All that was piped in; undefined where stdin is a terminal. Not `patient`: also undefined where nothing comes at once, since
   * many programs hand down a pipe that nobody writes to.
   */
  readPiped(options: { patient: boolean }): Promise<string | undefined>
  /** One line that the person typed; undefined at the end of input or when the signal aborts. */
  readLine(signal?: AbortSignal): Promise<string | undefined>
  /** Ctrl-C, a closed terminal, a termination request. The first is told; `exit` after it is the caller's matter. */
  onInterrupt(listener: () => void): Disposable
  now(): number
  /** Calls `fire` again and again until disposed of. */
  every(ms: number, fire: () => void): Disposable
  /** Resolves after so many ms or when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
