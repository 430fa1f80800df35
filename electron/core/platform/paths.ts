import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { RainyError } from '../../../shared/errors.ts'

type Env = Record<string, string | undefined>

/** Where everything of ours lies. */
export interface DataPaths {
  dir: string
  database: string
  lock: string
  socket: string
  config: string
  log: string
}

/** `--data-dir`, else `RAINY_DATA_DIR`, else the platform's usual place. A variable that is empty is none. */
export function dataPaths(option: string | undefined, env: Env): DataPaths {
  const dir = resolve(option ?? (env['RAINY_DATA_DIR'] || usualPlace(env)))
  return {
    dir,
    database: join(dir, 'rainy.db'),
    lock: join(dir, 'owner.lock'),
    socket: process.platform === 'win32' ? `\\\\.\\pipe\\rainy-${Buffer.from(dir).toString('hex').slice(-48)}` : join(dir, 'owner.sock'),
    config: join(dir, 'config.json'),
    log: join(dir, 'rainy.log'),
  }
}

function usualPlace(env: Env): string {
  const given = process.platform === 'win32' ? env['LOCALAPPDATA'] : process.platform === 'darwin' ? undefined : env['XDG_DATA_HOME']
  // By its own specification XDG_DATA_HOME counts only as an absolute path.
  const base = given && isAbsolute(given) ? given : join(home(), ...{ win32: ['AppData', 'Local'], darwin: ['Library', 'Application Support'], other: ['.local', 'share'] }[placeOf(process.platform)])
  return process.platform === 'win32' ? join(base, 'rainy-brain', 'Data') : join(base, 'rainy-brain')
}

function placeOf(platform: NodeJS.Platform): 'win32' | 'darwin' | 'other' {
  return platform === 'win32' || platform === 'darwin' ? platform : 'other'
}

/** A user without an entry and without HOME has none. */
function home(): string {
  try {
    return homedir()
  } catch (error) {
    throw new RainyError('DB_UNOPENABLE', 'This user has no home folder to keep data in. Name a folder with --data-dir or RAINY_DATA_DIR.', { cause: error })
  }
}

/** The files that other threads start from and the data beside the program: given by who builds the core, since source and bundle have them in different places. */
export interface ProgramFiles {
  worker: URL
  toolThread: URL
  /** Folder with templates/, pricing.json; ends with `/`. */
  resources: URL
}
