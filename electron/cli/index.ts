import { existsSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import type { Session } from '../core/client/types.ts'
import type { DataPaths, ProgramFiles } from '../core/platform/paths.ts'
import { main, type MainOptions } from './main.ts'
import { createProcessIo } from './process-io.ts'

// What starts here must start fast: everything but the parsing of the line is loaded when a command needs it.

const { version } = packageJson
const here = import.meta.url
const fromSource = here.endsWith('.ts')
const at = (path: string): URL => new URL(path, here)

/** Beside this file in the bundle; in their folders in the source. */
const files: ProgramFiles = {
  worker: at(fromSource ? '../worker/worker.ts' : 'worker.js'),
  toolThread: at(fromSource ? '../core/tools/tool-thread.ts' : 'tool-thread.js'),
  resources: at('../../resources/'),
}
const uiFolder = at('../../out/renderer/')

const io = createProcessIo({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env })

/** Tells of what is odd in the configuration; gives the names of the keys that it speaks of. */
async function readConfig(paths: DataPaths): Promise<string[]> {
  if (!existsSync(paths.config)) return []
  const { loadConfig } = await import('../core/config/load-config.ts')
  const { warnings, providers } = loadConfig({ paths, env: process.env })
  for (const warning of warnings) io.err(`rainy: ${warning}\n`)
  return providers.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? [])
}

const openSession: MainOptions['openSession'] = async (need, { kind, paths, workspace }) => {
  const [session, keyEnvNames] = await Promise.all([import('../core/client/session.ts'), need === 'read' ? [] : readConfig(paths)])
  return session.openSession({
    keyEnvNames,
    paths,
    env: process.env,
    need,
    kind,
    version,
    files,
    workspace,
    createCore: async (start) => (await import('../core/create-core.ts')).createCore(start),
    createReader: async (options) => (await import('../core/create-reader.ts')).createReader(options),
    onNotice: (message) => io.err(`rainy: ${message}\n`),
    onTakeover: ({ role }) => io.err(role === 'owner' ? 'The process that ran this task ended; this one carries it on.\n' : 'The process that ran this task ended; another one carries it on.\n'),
  })
}

const startServer = async (session: Session, workspace: string, { port, ui, signal }: Parameters<MainOptions['startServer']>[2]): ReturnType<MainOptions['startServer']> => {
  const [{ serveHttp }, { fileURLToPath }] = await Promise.all([import('../core/http/serve.ts'), import('node:url')])
  const face = await serveHttp({ api: session.api, port, version, workspace, ...(ui ? { uiDir: fileURLToPath(uiFolder) } : {}) })
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })).then(() => face.close())
  return { url: face.url, token: face.token, ...(face.appUrl === undefined ? {} : { app: face.appUrl }), ended }
}

const status = await main({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd(), io, version, openSession, startServer })
// What is still written leaves first; what else keeps the process (a warm socket, a thread that ends) is not waited for.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
process.exit(status)
