import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

/** The rules that "always" made, each for the workspace (real path) it was said in. */
export interface RuleStore {
  add(workspace: string, rule: string): void
  remove(workspace: string, rule: string): void
  ofWorkspace(workspace: string): string[]
}

export function createRuleStore(db: Db, clock: Clock): RuleStore {
  const insert = db.prepare<[string, string, number]>('INSERT INTO approval_rules (workspace, rule, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const remove = db.prepare<[string, string]>('DELETE FROM approval_rules WHERE workspace = ? AND rule = ?')
  const select = db.prepare<[string], { rule: string }>('SELECT rule FROM approval_rules WHERE workspace = ? ORDER BY created_at, rule')
  return {
    add: (workspace, rule) => void db.transaction(() => insert.run(workspace, rule, clock.now())),
    remove: (workspace, rule) => void db.transaction(() => remove.run(workspace, rule)),
    ofWorkspace: (workspace) => select.all(workspace).map((row) => row.rule),
  }
}
