import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { startModelServer, type ModelServer } from '../model-server/server.ts'
import { EXPECTED, FILES, TASK } from '../model-server/scripts/multi-file-edit.project.ts'
import { multiFileEdit } from '../model-server/scripts/multi-file-edit.ts'
import { writeProject } from '../project.ts'
import type { ScriptAnswer, ScriptRequest } from '../model-server/script.ts'
import { startRainy, type RainyEnd } from './rainy-process.ts'
import { gitOf, storeOf, treeOf, watchSteps, type GitFacts, type StoreFacts } from './snapshot.ts'

/** When the process is killed: once so many steps are stored, or after so many ms. */
export type KillAt = { steps: number } | { ms: number }

export interface Outcome {
  tree: Record<string, string>
  git: GitFacts
  modelCalls: number
  steps: number
  durationMs: number
}

/** Slow enough that a kill can fall between any two things, quick enough for hundreds of them. */
const MODEL_LATENCY_MS = 15

interface Bench extends AsyncDisposable {
  server: ModelServer
  workspace: string
  dataDir: string
  rainy(...args: string[]): ReturnType<typeof startRainy>
}

async function createBench(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'rainy-crash-'))
  const workspace = join(dir, 'project')
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir, { recursive: true })
  writeProject(workspace, FILES, { git: true })
  const script = (request: ScriptRequest): ScriptAnswer => ({ latencyMs: MODEL_LATENCY_MS, ...multiFileEdit(request) })
  const server = await startModelServer({ script, keepBodies: false })
  writeFileSync(
    join(dataDir, 'config.json'),
    JSON.stringify({
      providers: { stand: { kind: 'openai', baseUrl: server.url } },
      roles: { fast: ['stand/stand-in'], smart: ['stand/stand-in'], instant: ['stand/stand-in'] },
    }),
  )
  return {
    server,
    workspace,
    dataDir,
    rainy: (...args) => startRainy([...args, '--json', '--workspace', workspace, '--data-dir', dataDir]),
    async [Symbol.asyncDispose]() {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The task from end to end with nothing killed: what every trial must come to. */
export async function undisturbed(): Promise<Outcome> {
  await using bench = await createBench()
  const started = Date.now()
  const end = await bench.rainy('run', TASK, '--yes').ended
  if (end.code !== 0) throw new Error(`the undisturbed run ended with ${end.code}:\n${tail(end)}`)
  for (const [path, content] of Object.entries(EXPECTED)) {
    if (readFileSync(join(bench.workspace, path), 'utf8') !== content) throw new Error(`the undisturbed run left ${path} other than expected`)
  }
  return outcomeOf(bench, Date.now() - started)
}

function outcomeOf(bench: Bench, durationMs: number): Outcome {
  return {
    tree: treeOf(bench.workspace),
    git: gitOf(bench.workspace),
    modelCalls: bench.server.calls.filter((call) => call.outcome === 'answered').length,
    steps: storeOf(bench.dataDir)?.steps ?? 0,
    durationMs,
  }
}

/** Kills the task at that moment, goes on in a new process, and compares what comes of it. Returns what is wrong. */
export async function killAndContinue(at: KillAt, expected: Outcome): Promise<string[]> {
  await using bench = await createBench()
  const running = bench.rainy('run', TASK, '--yes')
  const watch = 'steps' in at ? watchSteps(bench.dataDir, (steps) => steps >= at.steps && running.kill()) : undefined
  const timer = 'ms' in at ? setTimeout(running.kill, at.ms) : undefined
  const first = await running.ended
  watch?.stop()
  clearTimeout(timer)
  if (first.code !== null && first.code !== 0) return [`the killed run ended by itself with ${first.code}:\n${tail(first)}`]
  const killed = storeOf(bench.dataDir)
  const callsBefore = bench.server.calls.length
  const end = await goOn(bench, killed)
  return [...wrongWith(end), ...differences(bench, expected, killed, callsBefore)]
}

/** Where the kill came before the task was stored there is nothing to resume: the user starts it again. */
async function goOn(bench: Bench, killed: StoreFacts | undefined): Promise<RainyEnd> {
  if (killed?.taskStatus === undefined) return bench.rainy('run', TASK, '--yes').ended
  return bench.rainy('resume').ended
}

function wrongWith(end: RainyEnd): string[] {
  return end.code === 0 ? [] : [`the continued run ended with ${end.code} ${end.signal ?? ''}:\n${tail(end)}`]
}

function differences(bench: Bench, expected: Outcome, killed: StoreFacts | undefined, callsBefore: number): string[] {
  const wrong: string[] = []
  const check = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted)) wrong.push(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`)
  }
  const store = storeOf(bench.dataDir)
  check('files', treeOf(bench.workspace), expected.tree)
  check('git', gitOf(bench.workspace), expected.git)
  check('integrity', store?.integrity, 'ok')
  check('status', [store?.taskStatus, store?.taskError], ['completed', null])
  check('stored model calls', store?.modelCalls, expected.modelCalls)
  check('model calls made after the kill', bench.server.calls.length - callsBefore, expected.modelCalls - (killed?.modelCalls ?? 0))
  const finished = new Set(store?.finishedCalls)
  check('finished tool calls that ran again', (killed?.finishedCalls ?? []).filter((call) => !finished.has(call)), [])
  check('requests the model refused', bench.server.calls.flatMap((call) => call.refusal ?? []), [])
  return wrong
}

function tail(end: RainyEnd): string {
  return `${end.stdout.slice(-1500)}\n${end.stderr.slice(-1500)}`
}

