import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { LanguageServerConfig } from '../../../../shared/config.ts'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { commandEnvironment } from '../terminal/command-environment.ts'
import { startLanguageClient, unavailable } from './language-client.ts'
import { createLanguageServer, type LanguageServer } from './language-server.ts'
import { typescriptServer } from './server-commands.ts'
import { extensionOf, isBelow, listSourceFiles, type SourceFile } from './source-files.ts'
import type { Diagnostic, LanguageServers } from './types.ts'

export interface LanguageServersDeps {
  /** The servers that may be started in a workspace besides TypeScript's own; the caller looks at trust. */
  configured(root: string): Record<string, LanguageServerConfig>
  env: Record<string, string | undefined>
  log: Log
  clock: Clock
  /** Where answers are kept for a while, each checked against the files it came from; by default a cache of its own. */
  cache?: { get(key: string): object | undefined; set(key: string, value: object): void }
}

/** A server that ended is started again, but not more often than this within RESTART_WINDOW_MS. */
const RESTART_LIMIT = 3
const RESTART_WINDOW_MS = 300_000
const IDLE_MS = 600_000
/** Files of a folder that are asked about; the rest is left out. */
export const DIAGNOSED_FILES_LIMIT = 200

/** Changes of dependencies are not looked for: an answer may be as old as this. */
const CACHE_TTL_MS = 10_000
const CACHE_ENTRIES = 500

interface Slot {
  starts: number[]
  server?: Promise<LanguageServer>
  idle?: Disposable
  /** One question after another: a server answers about one state of the files. */
  turn: Promise<unknown>
}

export function createLanguageServers(deps: LanguageServersDeps): LanguageServers {
  const slots = new Map<string, Slot>()
  const cache = deps.cache ?? new LRUCache<string, object>({ ttl: CACHE_TTL_MS, max: CACHE_ENTRIES })
  let disposed = false

  const serverFor = (slot: Slot, name: string, root: string, { command }: LanguageServerConfig): Promise<LanguageServer> => {
    if (slot.server) return slot.server
    const now = deps.clock.now()
    slot.starts = slot.starts.filter((at) => now - at < RESTART_WINDOW_MS)
    if (slot.starts.length >= RESTART_LIMIT) throw unavailable(name, `it ended ${RESTART_LIMIT} times within ${RESTART_WINDOW_MS / 60_000} minutes`)
    slot.starts.push(now)
    const started = startLanguageClient({ name, command, root, env: commandEnvironment(deps.env, {}, `language-server-${name}`), log: deps.log, clock: deps.clock }).then((client) => createLanguageServer(root, client, deps.clock))
    slot.server = started
    const forget = (): void => {
      if (slot.server === started) delete slot.server
    }
    started.then((server) => server.ended).then(forget, forget)
    return started
  }

  const ask = async (name: string, config: LanguageServerConfig, root: string, paths: string[], files: SourceFile[], signal: AbortSignal): Promise<Diagnostic[]> => {
    const key = `${root}\0${name}`
    const slot = slots.get(key) ?? { starts: [], turn: Promise.resolve() }
    slots.set(key, slot)
    const work = slot.turn.then(async () => {
      if (disposed || signal.aborted) throw new RainyError('CANCELLED', 'Asking the language server was cancelled.', { cause: signal.reason })
      slot.idle?.[Symbol.dispose]()
      const server = await serverFor(slot, name, root, config)
      slot.idle = deps.clock.after(IDLE_MS, () => void server.dispose())
      await server.sync(files)
      const all: Diagnostic[] = []
      for (const path of paths) all.push(...(await server.diagnose(path, signal)))
      return all
    })
    slot.turn = work.catch(() => {})
    return work
  }

  return {
    async diagnostics({ root, path, signal }) {
      const servers = Object.entries(deps.configured(root))
      const taken = new Set(servers.flatMap(([, { extensions }]) => extensions))
      const own = typescriptServer()
      if (own) servers.push(['typescript', { ...own, extensions: own.extensions.filter((one) => !taken.has(one)) }])
      const extensions = new Set(servers.flatMap(([, config]) => config.extensions))
      const listed = await listSourceFiles(root, new Set([...extensions, '.json', '.toml']), signal)
      const chosen = listed.filter((file) => isBelow(file.path, path) && extensions.has(extensionOf(file.path))).slice(0, DIAGNOSED_FILES_LIMIT)
      if (chosen.length === 0 && extensionOf(path) !== '' && !listed.some((file) => isBelow(file.path, path))) {
        throw new RainyError('LANGUAGE_SERVER_UNAVAILABLE', `No language server is configured for ${path}. Name one under languageServers in the configuration.`, { details: { path } })
      }
      const stamp = createHash('sha1').update(JSON.stringify([servers, listed])).digest('hex')
      const known = cachedSchema.safeParse(cache.get(`${root}\0${path}`)).data
      if (known?.stamp === stamp) return known.diagnostics
      const answers = await Promise.all(
        servers.map(([name, config]) => {
          const paths = chosen.flatMap((file) => (config.extensions.includes(extensionOf(file.path)) ? [file.path] : []))
          return paths.length === 0 ? [] : ask(name, config, root, paths, listed, signal)
        }),
      )
      const diagnostics = answers.flat()
      cache.set(`${root}\0${path}`, { stamp, diagnostics })
      return diagnostics
    },
    async dispose() {
      disposed = true
      const running = [...slots.values()].map(async (slot) => {
        slot.idle?.[Symbol.dispose]()
        const server = await slot.server?.catch(() => undefined)
        await server?.dispose()
      })
      await Promise.all(running)
    },
  }
}

const cachedSchema = z.object({ stamp: z.string(), diagnostics: z.custom<Diagnostic[]>(Array.isArray) })
