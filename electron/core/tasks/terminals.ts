import type { OperationParsedInput, StreamItem } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { TerminalSession, Terminals } from '../tools/terminal/types.ts'
import type { Workspaces } from './workspaces.ts'

/** The shells of the terminal panel, by id. */
export interface TerminalPanel {
  open(input: OperationParsedInput<'terminal.open'>): Promise<{ terminalId: string; pty: boolean }>
  write(input: OperationParsedInput<'terminal.write'>): void
  resize(input: OperationParsedInput<'terminal.resize'>): void
  close(terminalId: string): Promise<void>
  output(terminalId: string, signal: AbortSignal): AsyncGenerator<StreamItem<'terminal.output'>>
}

/** Output that a slow reader has not taken yet; the oldest is dropped beyond it. */
const UNREAD_LIMIT_LETTERS = 1_000_000

export function createTerminalPanel(terminals: Terminals, workspaces: Workspaces): TerminalPanel {
  const sessions = new Map<string, TerminalSession>()
  const find = (id: string): TerminalSession => {
    const session = sessions.get(id)
    if (!session) throw new RainyError('NOT_FOUND', `There is no terminal ${id}; it was closed.`)
    return session
  }
  return {
    async open({ workspace, cols, rows }) {
      const { root } = await workspaces.open(workspace)
      const session = terminals.open({ cwd: root, cols, rows })
      sessions.set(session.id, session)
      session.onExit(() => sessions.delete(session.id))
      return { terminalId: session.id, pty: session.pty }
    },
    write: ({ terminalId, data }) => find(terminalId).write(data),
    resize: ({ terminalId, cols, rows }) => find(terminalId).resize(cols, rows),
    close: async (terminalId) => find(terminalId).close(),
    output: (terminalId, signal) => readOutput(find(terminalId), signal),
  }
}

async function* readOutput(session: TerminalSession, signal: AbortSignal): AsyncGenerator<StreamItem<'terminal.output'>> {
  let unread = ''
  let exitCode: number | undefined
  let wake: () => void = () => undefined
  using _data = session.onData((data) => {
    unread = (unread + data).slice(-UNREAD_LIMIT_LETTERS)
    wake()
  })
  using _exit = session.onExit((code) => {
    exitCode = code
    wake()
  })
  const aborted = (): void => wake()
  signal.addEventListener('abort', aborted, { once: true })
  while (!signal.aborted) {
    if (unread !== '') {
      const data = unread
      unread = ''
      yield { data }
    } else if (exitCode !== undefined) {
      yield { data: '', exitCode }
      return
    } else await new Promise<void>((resolve) => (wake = resolve))
  }
}
