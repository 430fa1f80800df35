import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startModelServer, type ModelServer, type ModelServerOptions } from '../tests/model-server/server.ts'

export const RAINY = fileURLToPath(new URL('../bin/rainy.mjs', import.meta.url))
const RUN_LIMIT_MS = 120_000
const FILE_BYTES = 1024

/** ms since 1970 with fractions, as the stand-in server writes its times. */
export const now = (): number => performance.timeOrigin + performance.now()

export interface TempDir extends Disposable {
  dir: string
}

export function tempDir(name: string): TempDir {
  const dir = mkdtempSync(join(tmpdir(), `rainy-bench-${name}-`))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }) }
}

/** `count` files of 1 kB each, `file-0.md` and on. */
export function smallFiles(count: number): Record<string, string> {
  const line = 'All work and no play makes a dull file.\n'
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`file-${index}.md`, `${index} ${line.repeat(40)}`.slice(0, FILE_BYTES)]))
}

export interface Stand extends AsyncDisposable {
  server: ModelServer
  workspace: string
  dataDir: string
  start(args: string[], options?: { wrap?: string[] }): Started
}

export interface Started {
  child: ChildProcess
  startedAt: number
  /** Its first line on stdout. */
  firstLine: Promise<string>
  ended: Promise<{ code: number | null; endedAt: number; stdout: string; stderr: string }>
}

/** A data folder whose roles are all answered by a stand-in server in this process, and the built command on it. */
export async function createStand(script: ModelServerOptions['script'], { files = {}, keepBodies = false }: { files?: Record<string, string>; keepBodies?: boolean } = {}): Promise<Stand> {
  const temp = tempDir('run')
  const workspace = join(temp.dir, 'project')
  const dataDir = join(temp.dir, 'data')
  for (const dir of [workspace, dataDir]) mkdirSync(dir)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content)
  const server = await startModelServer({ script, keepBodies })
  const chain = ['stand/stand-in']
  writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ providers: { stand: { kind: 'openai', baseUrl: server.url } }, roles: { fast: chain, smart: chain, instant: chain }, limits: { maxTurns: 10_000 } }))
  return {
    server,
    workspace,
    dataDir,
    start: (args, { wrap = [] } = {}) => startNode([RAINY, ...args, '--workspace', workspace, '--data-dir', dataDir], wrap),
    async [Symbol.asyncDispose]() {
      await server.close()
      temp[Symbol.dispose]()
    },
  }
}

export function startNode(args: string[], wrap: string[] = [], more: Record<string, string> = {}): Started {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_API_KEY$|_BASE_URL$|^RAINY_|^UV_/.test(name)))
  const env = { ...inherited, ...more }
  const [program = process.execPath, ...rest] = [...wrap, process.execPath, ...args]
  const startedAt = now()
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS)
  let stdout = ''
  let stderr = ''
  const first = Promise.withResolvers<string>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.includes('\n')) first.resolve(stdout.slice(0, stdout.indexOf('\n')))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let endedAt = 0
  child.once('exit', () => (endedAt = now()))
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer)
      first.reject(new Error(`ended before it printed a line: ${stderr}`))
      resolve({ code, endedAt, stdout, stderr })
    })
  })
  first.promise.catch(() => undefined)
  return { child, startedAt, firstLine: first.promise, ended }
}

/** Waits for a run that must succeed. */
export async function succeed({ ended }: Started): Promise<Awaited<Started['ended']>> {
  const end = await ended
  if (end.code !== 0) throw new Error(`the run ended with ${end.code}:\n${end.stdout.slice(-2000)}\n${end.stderr.slice(-2000)}`)
  return end
}
