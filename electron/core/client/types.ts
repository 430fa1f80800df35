import type { RainyApi } from '../../../shared/api.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { DataPaths, ProgramFiles } from '../platform/paths.ts'
import type { OwnerKind, Ownership } from '../store/ownership.ts'

/**
 * `read`: looks only, and needs no owner. `decide`: writes something small. `drive`: has a task of its own carried out, and
 * carries it on itself when the owner dies under it.
 */
export type Need = 'read' | 'decide' | 'drive'

/** The core as a session uses it; createCore gives it. */
export interface SessionCore {
  readonly api: RainyApi
  readonly epoch: number
  idle(): Promise<void>
  /** Also gives the ownership up. */
  dispose(): Promise<void>
}

/** What createCore is given. */
export interface CoreStart {
  paths: DataPaths
  env: Record<string, string | undefined>
  ownership: Ownership
  files: ProgramFiles
  version: string
  adopt: 'all' | 'own'
  workspace: string
  warm: boolean
  log?: Log
}

export interface SessionReader {
  readonly api: RainyApi
  dispose(): void | Promise<void>
}

export interface SessionOptions {
  paths: DataPaths
  env: Record<string, string | undefined>
  need: Need
  kind: OwnerKind
  version: string
  files: ProgramFiles
  workspace: string
  /** Loaded and called only when this process must be the owner. */
  createCore(start: CoreStart): Promise<SessionCore>
  /** Loaded and called only when there is no owner and nothing is to be written. */
  createReader(options: { paths: DataPaths }): SessionReader | Promise<SessionReader>
  /** Names of key variables beside the usual ones (`apiKeyEnv` of the configuration). */
  keyEnvNames?: readonly string[]
  /** The owner died and the task goes on: here (`owner`), or at another process that was faster. */
  onTakeover?(link: { role: 'owner' | 'client'; pid: number }): void
  /** What the user must be told: a database that was put aside, or that lost its tail. */
  onNotice?(message: string): void
  /** How long a living owner may take to answer, in ms; 5,000 unless told. */
  openLimitMs?: number
  clock?: Clock
  log?: Log
}

export interface Session {
  /** Stays valid over takeovers: calls that do no harm twice are made again, and the streams of a `drive` session go on (lists begin again). */
  readonly api: RainyApi
  readonly role: 'owner' | 'client' | 'reader'
  /** The owner's process; 0 where there is none. */
  readonly pid: number
  /**
   * A task's progress after `after`, without gap or repeat, across the death of its owner: a `drive` session then has the
   * task go on. Ends when `signal` aborts. Sessions that do not drive throw ConnectionLostError.
   */
  followTask(taskId: string, options?: { after?: number; signal?: AbortSignal }): AsyncIterable<ProgressEvent>
  /** An owner stays until nothing moves and no attached client depends on it; with `now` it leaves at once. */
  close(options?: { now?: boolean }): Promise<void>
}
