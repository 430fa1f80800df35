import type { RainyApi } from '../../../shared/api.ts'
import { toErrorBody } from '../../../shared/errors.ts'

/** What of xterm is used here; a fake has no screen. */
export interface Screen {
  cols: number
  rows: number
  write(text: string): void
  onData(listener: (data: string) => void): { dispose(): void }
  onResize(listener: (size: { cols: number; rows: number }) => void): { dispose(): void }
}

interface TerminalRun {
  terminal: Screen
  workspace: string
  core: (signal: AbortSignal) => Promise<RainyApi>
  signal: AbortSignal
}

/** The largest piece that one write may have; the core refuses longer ones. */
export const WRITE_LIMIT_CHARS = 32_768

/** One shell from its opening to its end: keys go to the core in order, its output comes to the screen. */
export async function runTerminal({ terminal, workspace, core, signal }: TerminalRun): Promise<void> {
  try {
    const api = await core(signal)
    const { terminalId, pty } = await api.call('terminal.open', { workspace, cols: terminal.cols, rows: terminal.rows }, { signal })
    signal.addEventListener('abort', () => void api.call('terminal.close', { terminalId }).catch(() => undefined), { once: true })
    if (!pty) terminal.write('\x1b[2mNo pty on this machine: the shell runs on pipes.\x1b[0m\r\n')
    let sent: Promise<unknown> = Promise.resolve()
    const say = (error: unknown): void => terminal.write(`\r\n\x1b[31m${toErrorBody(error).message}\x1b[0m\r\n`)
    const listeners = [
      terminal.onData((data) => {
        for (const piece of pieces(data)) sent = sent.then(() => api.call('terminal.write', { terminalId, data: piece }, { signal })).catch(say)
      }),
      terminal.onResize(({ cols, rows }) => {
        sent = sent.then(() => api.call('terminal.resize', { terminalId, cols, rows }, { signal })).catch(say)
      }),
    ]
    try {
      for await (const { data, exitCode } of api.subscribe('terminal.output', { terminalId }, { signal })) {
        terminal.write(data)
        if (exitCode !== undefined) terminal.write(`\r\n\x1b[2mThe shell ended with ${exitCode}.\x1b[0m\r\n`)
      }
    } finally {
      for (const listener of listeners) listener.dispose()
    }
  } catch (error) {
    if (!signal.aborted) terminal.write(`\r\n\x1b[31m${toErrorBody(error).message}\x1b[0m\r\n`)
  }
}

function pieces(data: string): string[] {
  return Array.from({ length: Math.ceil(data.length / WRITE_LIMIT_CHARS) }, (_, at) => data.slice(at * WRITE_LIMIT_CHARS, (at + 1) * WRITE_LIMIT_CHARS))
}
