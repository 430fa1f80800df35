import { readdirSync, readFileSync } from 'node:fs'
import type { Clock } from '../../platform/clock.ts'
import { COMMAND_MARKER } from './command-environment.ts'

/** After this long a process that was asked to end is killed. */
export const END_GRACE_MS = 500
/** What is still there after this long is given up: it cannot be killed (uninterruptible) or is not ours. */
const END_LIMIT_MS = 5_000
const POLL_MS = 15

interface Family {
  /** The command's first process: leader of its session and of its process group. */
  leader: number
  /** Value of COMMAND_MARKER in the environment of all that it started; absent for the user's own shell, which may leave daemons. */
  marker?: string
}

/** Ends a command's whole family: asked first, killed after END_GRACE_MS. Returns at once where nothing is left. */
export async function endFamily(family: Family, clock: Clock): Promise<void> {
  const start = clock.now()
  let asked = false
  for (let members = findFamily(family); members.length > 0; members = findFamily(family)) {
    const waited = clock.now() - start
    if (waited > END_LIMIT_MS) return
    if (!asked || waited > END_GRACE_MS) signalAll(members, asked ? 'SIGKILL' : 'SIGTERM')
    asked = true
    await clock.sleep(POLL_MS)
  }
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      // Ended meanwhile, or became another user's (setuid): neither is ours to end.
      if (!isErrno(error, 'ESRCH') && !isErrno(error, 'EPERM')) throw error
    }
  }
}

/** Living members. Without /proc only the process group is known; it is given as the negative id that `kill` takes. */
export function findFamily({ leader, marker }: Family): number[] {
  if (process.platform === 'win32') return isAlive(leader) ? [leader] : []
  if (process.platform !== 'linux') return isAlive(-leader) ? [-leader] : []
  const living = readProcesses()
  const members = new Set<number>()
  for (const one of living) {
    if (one.session === leader || one.group === leader || bears(one.pid, marker)) members.add(one.pid)
  }
  for (let size = -1; size !== members.size; ) {
    size = members.size
    for (const one of living) if (members.has(one.parent)) members.add(one.pid)
  }
  members.delete(process.pid)
  return [...members]
}

function bears(pid: number, marker: string | undefined): boolean {
  return marker !== undefined && readText(`/proc/${pid}/environ`).includes(`${COMMAND_MARKER}=${marker}\0`)
}

interface ProcessRow {
  pid: number
  parent: number
  group: number
  session: number
}

/** proc_pid_stat(5): the name is in parentheses and may hold anything, so fields are counted from the last one. */
function readProcesses(): ProcessRow[] {
  const rows: ProcessRow[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readText(`/proc/${name}/stat`)
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4)
    // A zombie has ended; whoever started it has only not looked yet.
    if (state === undefined || state === '' || state === 'Z' || state === 'X') continue
    rows.push({ pid: Number(name), parent: Number(parent), group: Number(group), session: Number(session) })
  }
  return rows
}

/** Empty where the process ended meanwhile or is another user's. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
