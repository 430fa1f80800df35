import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { systemIds } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { openDatabase, type Db } from '../store/database.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './types.ts'

/** What an engine told of, in order, as short lines. */
export interface EngineBed {
  db: Db
  told: string[]
  warnings: string[]
  /** A new owner over the same database; the one before is left as a killed process leaves it. */
  own(epoch: number, itsClock?: Clock): Engine
  /** Of the newest run of a function. */
  outcome(functionId?: string): { status: string; output?: unknown; error?: { name: string; message: string } }
  dispose(): void
}

export function createEngineBed(clock: Clock, { flush = false }: { flush?: boolean } = {}): EngineBed {
  const dir = mkdtempSync(join(tmpdir(), 'rainy-engine-'))
  const db = openDatabase({ path: join(dir, 'engine.db'), clock })
  // Owners die here without their machine dying, so nothing rests on the disk; a measurement asks for the real thing.
  if (!flush) db.raw.pragma('synchronous = OFF')
  const told: string[] = []
  const warnings: string[] = []
  const log: Log = { debug() {}, info() {}, warn: (message) => void warnings.push(message), error: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`) }
  const short = (functionId: string): string => functionId.replace(/^app-/, '')
  return {
    db,
    told,
    warnings,
    own: (epoch, itsClock = clock) =>
      createEngine({
        db,
        clock: itsClock,
        ids: systemIds,
        log,
        epoch,
        hooks: {
          runStarted: (run) => void told.push(`${short(run.functionId)} started`),
          runEnded: (run, outcome) => void told.push(`${short(run.functionId)} ${outcome.status}`),
          runParked: (run, reason) => void told.push(`${short(run.functionId)} parked ${reason}`),
          runRecovered: (run, reason, step) => void told.push(`${short(run.functionId)} recovered ${reason} ${step ?? '-'}`),
        },
      }),
    outcome(functionId) {
      const row = db.raw
        .prepare('SELECT status, outcome FROM runs WHERE ? IS NULL OR function_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1')
        .get(functionId ?? null, functionId ?? null) as { status: string; outcome: string | null }
      return { status: row.status, ...(JSON.parse(row.outcome ?? '{}') as object) }
    },
    dispose() {
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
