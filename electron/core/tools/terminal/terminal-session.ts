import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import { shellEnvironment } from './command-environment.ts'
import { endFamily } from './process-family.ts'
import type { StartedProcess, StartOptions } from './start-process.ts'
import type { TerminalSession } from './types.ts'

/** What is kept for a panel that comes late or comes again. */
export const BACKLOG_LIMIT_CHARS = 256 * 1024

export interface SessionDeps {
  env: Record<string, string | undefined>
  ids: Ids
  clock: Clock
  start(options: StartOptions): StartedProcess
  pty: boolean
}

/** The user's own shell. */
export function openSession({ cwd, cols, rows }: { cwd: string; cols: number; rows: number }, { env: host, ids, clock, start, pty }: SessionDeps): TerminalSession {
  const process = start({ file: host['SHELL'] || '/bin/sh', args: pty ? [] : ['-i'], cwd, env: shellEnvironment(host), cols, rows, interactive: true })
  const dataListeners = new Set<(data: string) => void>()
  const exitListeners = new Set<(exitCode: number) => void>()
  let backlog = ''
  let exitCode: number | undefined
  process.onData((data) => {
    backlog = (backlog + data).slice(-BACKLOG_LIMIT_CHARS)
    for (const listener of dataListeners) listener(data)
  })
  process.onExit((code) => {
    exitCode = code
    for (const listener of exitListeners) listener(code)
  })
  return {
    id: ids.short(),
    pty,
    write: (data) => process.write(data),
    resize: (newCols, newRows) => process.resize(newCols, newRows),
    onData(listener) {
      if (backlog !== '') listener(backlog)
      dataListeners.add(listener)
      return { [Symbol.dispose]: () => void dataListeners.delete(listener) }
    },
    onExit(listener) {
      if (exitCode !== undefined) listener(exitCode)
      else exitListeners.add(listener)
      return { [Symbol.dispose]: () => void exitListeners.delete(listener) }
    },
    async close() {
      if (process.pid !== undefined && exitCode === undefined) await endFamily({ leader: process.pid }, clock)
    },
  }
}
