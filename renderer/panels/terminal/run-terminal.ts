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

/** One shell from its opening to its end: keys go to the core in order, also those typed before it stood; its output comes to the screen. */
export async function runTerminal({ terminal, workspace, core, signal }: TerminalRun): Promise<void> {
  const say = (error: unknown): void => terminal.write(`\r\n\x1b[31m${toErrorBody(error).message}\x1b[0m\r\n`)
  const opened = open()
  let sent: Promise<unknown> = opened
  const send = (work: (shell: Awaited<typeof opened>) => Promise<unknown>): void => {
    sent = sent.then(async () => work(await opened)).catch((error: unknown) => {
      if (!signal.aborted) say(error)
    })
  }
  async function open(): Promise<{ api: RainyApi; terminalId: string; pty: boolean }> {
    const api = await core(signal)
    const shell = await api.call('terminal.open', { workspace, cols: terminal.cols, rows: terminal.rows }, { signal })
    return { api, ...shell }
  }
  const listeners = [
    terminal.onData((data) => {
      for (const piece of pieces(data)) send(({ api, terminalId }) => api.call('terminal.write', { terminalId, data: piece }, { signal }))
    }),
    terminal.onResize(({ cols, rows }) => send(({ api, terminalId }) => api.call('terminal.resize', { terminalId, cols, rows }, { signal }))),
  ]
  try {
    const { api, terminalId, pty } = await opened
    signal.addEventListener('abort', () => void api.call('terminal.close', { terminalId }).catch(() => undefined), { once: true })
    if (!pty) terminal.write('\x1b[2mNo pty on this machine: the shell runs on pipes.\x1b[0m\r\n')
    for await (const { data, exitCode } of api.subscribe('terminal.output', { terminalId }, { signal })) {
      terminal.write(data)
      if (exitCode !== undefined) terminal.write(`\r\n\x1b[2mThe shell ended with ${exitCode}.\x1b[0m\r\n`)
    }
  } catch (error) {
    if (!signal.aborted) say(error)
  } finally {
    for (const listener of listeners) listener.dispose()
  }
}

function pieces(data: string): string[] {
  return Array.from({ length: Math.ceil(data.length / WRITE_LIMIT_CHARS) }, (_, at) => data.slice(at * WRITE_LIMIT_CHARS, (at + 1) * WRITE_LIMIT_CHARS))
}
