import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '../../../shared/json.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { systemIds } from '../platform/ids.ts'
import { silentLog, type Log } from '../platform/log.ts'
import { openDatabase, type Db } from '../store/database.ts'
import type { FsPort } from '../workspace/fs-port.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Workspace } from '../workspace/types.ts'
import type { LanguageServers } from './analysis/types.ts'
import { createTools } from './executor.ts'
import type { Terminals } from './terminal/types.ts'
import type { BatchCall, BatchEnd, BatchOptions, Executor } from './types.ts'

/** A real workspace, a real database and an executor over them, in a folder that is gone at the end. */
export interface ToolHouse {
  root: string
  db: Db
  workspace: Workspace
  executor: Executor
  call(tool: string, args: JsonValue): Promise<{ result: JsonValue } | { error: { code: string; message: string } }>
  /** A batch of a task; the same `step` again is the same batch. */
  batch(calls: Array<{ tool: string; args: JsonValue; decisions?: BatchCall['decisions'] }>, options?: Partial<BatchOptions> & { step?: string; run?: string }): Promise<BatchEnd>
  dispose(): Promise<void>
}

export interface HouseOptions {
  folder?: string
  fs?: FsPort
  terminals?: Partial<Terminals>
  languageServers?: Partial<LanguageServers>
  log?: Log
  clock?: Clock
  protectedPaths?: string[]
}

export async function openHouse({ folder, fs, terminals = {}, languageServers = {}, log = silentLog, clock = systemClock, protectedPaths = [] }: HouseOptions = {}): Promise<ToolHouse> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'rainy-tools-')))
  const root = join(home, 'workspace')
  await mkdir(root, { recursive: true })
  const db = openDatabase({ path: join(home, 'rainy.db'), clock })
  const workspace = await openWorkspace({ root, protectedPaths, log, ...(fs ? { fs } : {}) })
  const executor = createTools({
    db,
    clock,
    ids: systemIds,
    log,
    toolThreadEntry: new URL('tool-thread.ts', import.meta.url),
    // Only what a test hands in is there.
    terminals: terminals as Terminals,
    languageServers: languageServers as LanguageServers,
    limits: { maxConcurrentTools: 10, maxConcurrentCommands: 2 },
  })
  const signal = new AbortController().signal
  return {
    root: workspace.root,
    db,
    workspace,
    executor,
    call: async (tool, args) => executor.runOne(tool, args, workspace, { signal }),
    async batch(calls, { step = 'step', run = 'run', ...options } = {}) {
      const prepared = await Promise.all(calls.map(async ({ tool, args }) => executor.prepare(tool, args, workspace, signal)))
      return executor.batch(
        prepared.map((one, index) => {
          const decisions = calls[index]?.decisions
          return { prepared: one, key: { taskId: 'task', runId: run, inferStepId: step, index }, ...(decisions ? { decisions } : {}) }
        }),
        { workspace, signal, parallel: true, maxConcurrency: 10, onOutput: () => undefined, onStarted: () => undefined, onFinished: () => undefined, ...options },
      )
    },
    async dispose() {
      await executor.dispose()
      await workspace.dispose()
      db.close()
      if (folder === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}
