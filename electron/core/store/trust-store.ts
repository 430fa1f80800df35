import { dirname, sep } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

/** Which folders are trusted, by real path: kept here and not in the folder, which could speak for itself. */
export interface TrustStore {
  /** What was said of the nearest folder at or above this one; false where nothing was. */
  isTrusted(realPath: string): boolean
  /** Revoking says no to this folder and all below it, whatever is trusted above. */
  set(realPath: string, trusted: boolean): void
  list(): Array<{ path: string; trusted: boolean }>
}

export function createTrustStore(db: Db, clock: Clock): TrustStore {
  const select = db.prepare<[string], { trusted: number }>('SELECT trusted FROM trusted_folders WHERE path = ?')
  const all = db.prepare<[], { path: string; trusted: number }>('SELECT path, trusted FROM trusted_folders ORDER BY path')
  const upsert = db.prepare<[string, number, number]>(
    'INSERT INTO trusted_folders (path, trusted, created_at) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE SET trusted = excluded.trusted, created_at = excluded.created_at',
  )
  const forgetBelow = db.prepare<[{ path: string; prefix: string }]>('DELETE FROM trusted_folders WHERE path <> @path AND substr(path, 1, length(@prefix)) = @prefix')
  return {
    isTrusted(realPath) {
      for (let path = realPath; ; path = dirname(path)) {
        const row = select.get(path)
        if (row) return row.trusted === 1
        if (dirname(path) === path) return false
      }
    },
    set(realPath, trusted) {
      db.transaction(() => {
        upsert.run(realPath, trusted ? 1 : 0, clock.now())
        if (!trusted) forgetBelow.run({ path: realPath, prefix: realPath.endsWith(sep) ? realPath : `${realPath}${sep}` })
      })
    },
    list: () => all.all().map((row) => ({ path: row.path, trusted: row.trusted === 1 })),
  }
}
