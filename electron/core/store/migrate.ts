import type { Database } from 'better-sqlite3'
import { RainyError } from '../../../shared/errors.ts'
import { baseMigration } from './migrations/0001-base.ts'
import { engineMigration } from './migrations/0002-engine.ts'
import { tasksMigration } from './migrations/0003-tasks.ts'
import { toolsMigration } from './migrations/0004-tools.ts'

/** In order, one a change; one that has been released is never edited. */
const MIGRATIONS: readonly string[] = [baseMigration, engineMigration, tasksMigration, toolsMigration]

/** Each migration and the record of it are one transaction. A schema newer than the program is refused untouched. */
export function migrate(raw: Database, { readonly }: { readonly: boolean }): void {
  const version = Number(raw.pragma('user_version', { simple: true }))
  if (version > MIGRATIONS.length) {
    throw new RainyError('DB_TOO_NEW', `This database was written by a newer version (schema ${version}, this program knows ${MIGRATIONS.length}); update Rainy Brain.`)
  }
  if (version === MIGRATIONS.length) return
  if (readonly) throw new RainyError('DB_UNOPENABLE', 'The database is not set up yet; run any task once.')
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    raw.transaction(() => {
      raw.exec(MIGRATIONS[next] ?? '')
      raw.pragma(`user_version = ${next + 1}`)
    })()
  }
}
