import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelServer, type ModelServer } from '../model-server/server.ts'
import type { ScriptAnswer, ScriptRequest } from '../model-server/script.ts'
import { writeProject } from '../project.ts'
import { startRainy, type RainyProcess } from './rainy-process.ts'
import type { Scenario } from './scenario.ts'

/** A project, a data folder and a model of their own, gone at the end. */
export interface Bench extends AsyncDisposable {
  /** Undefined where the built-in model answers. */
  server: ModelServer | undefined
  workspace: string
  dataDir: string
  rainy(...args: string[]): RainyProcess
}

export async function createBench({ files, git, script, latencyMs }: Pick<Scenario, 'files' | 'git' | 'script' | 'latencyMs'>, { keepBodies = false } = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'rainy-crash-'))
  const workspace = join(dir, 'project')
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir, { recursive: true })
  writeProject(workspace, files, { git })
  const server = script && (await startModelServer({ script: (request: ScriptRequest): ScriptAnswer => ({ ...script(request), latencyMs }), keepBodies }))
  if (server) {
    const chain = ['stand/stand-in']
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ providers: { stand: { kind: 'openai', baseUrl: server.url } }, roles: { fast: chain, smart: chain, instant: chain } }))
  }
  const processes: RainyProcess[] = []
  return {
    server,
    workspace,
    dataDir,
    rainy(...args) {
      const started = startRainy([...args, '--json', '--workspace', workspace, '--data-dir', dataDir])
      processes.push(started)
      return started
    },
    async [Symbol.asyncDispose]() {
      for (const one of processes) one.kill()
      await Promise.all(processes.map(({ ended }) => ended))
      await server?.close()
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
