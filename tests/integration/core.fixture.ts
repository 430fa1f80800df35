import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskOptions } from '../../shared/api.ts'
import type { ProgressEvent } from '../../shared/progress.ts'
import type { TaskDetail } from '../../shared/tasks.ts'
import { createCore, type Core } from '../../electron/core/create-core.ts'
import { systemClock, type Clock } from '../../electron/core/platform/clock.ts'
import { silentLog } from '../../electron/core/platform/log.ts'
import { dataPaths, type ProgramFiles } from '../../electron/core/platform/paths.ts'
import { acquireOwnership } from '../../electron/core/store/ownership.ts'
import { startModelServer, type ModelServer, type ModelServerOptions } from '../model-server/server.ts'
import { writeProject } from '../project.ts'

export const SOURCE: ProgramFiles = {
  worker: new URL('../../electron/worker/worker.ts', import.meta.url),
  toolThread: new URL('../../electron/core/tools/tool-thread.ts', import.meta.url),
  resources: new URL('../../resources/', import.meta.url),
}

export interface Place extends Disposable {
  dir: string
  workspace: string
  dataDir: string
}

/** A project and a data folder of their own, gone at the end. */
export function createPlace(files: Record<string, string> = {}, { git = false } = {}): Place {
  const dir = mkdtempSync(join(tmpdir(), 'rainy-it-'))
  const place: Place = { dir, workspace: join(dir, 'project'), dataDir: join(dir, 'data'), [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
  writeProject(place.workspace, files, { git })
  mkdirSync(place.dataDir)
  return place
}

/** Every role answered by the stand-in server. */
export function writeConfig(place: Place, server: ModelServer, more: Record<string, unknown> = {}): void {
  const chain = ['stand/stand-in']
  const config = { providers: { stand: { kind: 'openai', baseUrl: server.url } }, roles: { fast: chain, smart: chain, instant: chain }, ...more }
  writeFileSync(join(place.dataDir, 'config.json'), JSON.stringify(config))
}

export interface RunningCore extends AsyncDisposable {
  core: Core
  /** Starts a task in the place's workspace and follows it to its end. */
  run(task: string, options?: TaskOptions): Promise<Finished>
  follow(taskId: string, until: (event: ProgressEvent) => boolean, after?: number): Promise<ProgressEvent[]>
}

export interface Finished {
  events: ProgressEvent[]
  detail: TaskDetail
}

const isEnd = ({ type }: ProgressEvent): boolean => ['complete', 'failed', 'cancelled', 'interrupted', 'parked'].includes(type)

/** The core from its sources, in this process. */
export async function startCore(place: Place, { adopt = 'own', files = SOURCE, clock = systemClock }: { adopt?: 'own' | 'all'; files?: ProgramFiles; clock?: Clock } = {}): Promise<RunningCore> {
  const paths = dataPaths(place.dataDir, {})
  const ownership = acquireOwnership({ paths, kind: 'command', clock: systemClock, version: '0.0.0' })
  if (!ownership) throw new Error('another core owns the data folder')
  const env = { PATH: process.env['PATH'], HOME: place.dir }
  const core = await createCore({ paths, env, ownership, files, version: '0.0.0', adopt, workspace: place.workspace, warm: true, log: silentLog, clock })
  const follow: RunningCore['follow'] = async (taskId, until, after = 0) => {
    const stop = new AbortController()
    const events: ProgressEvent[] = []
    for await (const event of core.api.subscribe('tasks.follow', { taskId, after }, { signal: stop.signal })) {
      events.push(event)
      if (until(event)) break
    }
    stop.abort()
    return events
  }
  return {
    core,
    follow,
    async run(task, options = {}) {
      const { taskId } = await core.api.call('tasks.start', { task, workspace: place.workspace, options: { mode: 'full-auto', trust: true, ...options } })
      const events = await follow(taskId, isEnd)
      return { events, detail: await core.api.call('tasks.get', { taskId }) }
    },
    [Symbol.asyncDispose]: () => core.dispose(),
  }
}

export interface StartAllOptions extends Omit<ModelServerOptions, 'script'> {
  files?: Record<string, string>
  git?: boolean
  config?: Record<string, unknown>
  clock?: Clock
}

/** The usual: a place, a server with a script, a core. */
export async function startAll(script: ModelServerOptions['script'], { files = {}, git = false, config = {}, clock, ...serverOptions }: StartAllOptions = {}): Promise<RunningCore & { place: Place; server: ModelServer }> {
  const place = createPlace(files, { git })
  const server = await startModelServer({ script, ...serverOptions })
  writeConfig(place, server, config)
  const running = await startCore(place, clock ? { clock } : {})
  return {
    ...running,
    place,
    server,
    async [Symbol.asyncDispose]() {
      await running.core.dispose()
      await server.close()
      place[Symbol.dispose]()
    },
  }
}
