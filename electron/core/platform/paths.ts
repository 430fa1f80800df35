import envPaths from 'env-paths'
import { join, resolve } from 'node:path'

/** Where everything of ours lies. */
export interface DataPaths {
  dir: string
  database: string
  lock: string
  socket: string
  config: string
  log: string
}

/** `--data-dir`, else `RAINY_DATA_DIR`, else the platform's usual place. */
export function dataPaths(option: string | undefined, env: Record<string, string | undefined>): DataPaths {
  const dir = resolve(option ?? env['RAINY_DATA_DIR'] ?? envPaths('rainy-brain', { suffix: '' }).data)
  return {
    dir,
    database: join(dir, 'rainy.db'),
    lock: join(dir, 'owner.lock'),
    socket: process.platform === 'win32' ? `\\\\.\\pipe\\rainy-${Buffer.from(dir).toString('hex').slice(-48)}` : join(dir, 'owner.sock'),
    config: join(dir, 'config.json'),
    log: join(dir, 'rainy.log'),
  }
}

/** The files that other threads start from and the data beside the program: given by who builds the core, since source and bundle have them in different places. */
export interface ProgramFiles {
  worker: URL
  toolThread: URL
  /** Folder with templates/, pricing.json; ends with `/`. */
  resources: URL
}
