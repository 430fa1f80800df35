import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProgressEvent } from '../../shared/progress.ts'
import type { TaskDetail, TaskSummary } from '../../shared/tasks.ts'
import type { ApprovalView } from '../../shared/api.ts'
import { runRainy, startRainy, type RainyEnd, type RainyProcess } from '../crash/rainy-process.ts'

/** One user's machine: a data folder of its own and a folder for projects, with a space and an accent in its name. */
export interface Trial extends Disposable {
  dir: string
  data: string
  env: Record<string, string>
  folder(name: string): string
  rainy(...args: string[]): Promise<RainyEnd>
  start(...args: string[]): RainyProcess
  tasks(): Promise<TaskSummary[]>
  show(id: string): Promise<TaskDetail>
  approvals(): Promise<ApprovalView[]>
}

export function createTrial(): Trial {
  const dir = mkdtempSync(join(tmpdir(), 'rainy cli ü-'))
  const data = join(dir, 'data')
  const env = { RAINY_DATA_DIR: data }
  const running: RainyProcess[] = []
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await runRainy([...args, '--json'], { env })
    if (code !== 0) throw new Error(`rainy ${args.join(' ')} ended with ${String(code)}: ${stderr}`)
    return JSON.parse(stdout) as T
  }
  return {
    dir,
    data,
    env,
    folder(name) {
      const path = join(dir, name)
      mkdirSync(path, { recursive: true })
      return path
    },
    rainy: (...args) => runRainy(args, { env, cwd: dir }),
    start(...args) {
      const started = startRainy(args, { env, cwd: dir })
      running.push(started)
      return started
    },
    tasks: () => json('tasks'),
    show: (id) => json('show', id),
    approvals: () => json('approvals'),
    [Symbol.dispose]() {
      for (const process of running) process.kill()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Every line must be an event of one task, in its order. */
export function eventsOf({ stdout, stderr, code }: RainyEnd): ProgressEvent[] {
  if (stdout === '') throw new Error(`no event was printed; it ended with ${String(code)}: ${stderr}`)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ProgressEvent)
}

/** Resolves with all that was printed once `sign` is among it. */
export async function printed({ child, ended }: RainyProcess, sign: string | RegExp): Promise<string> {
  let text = ''
  return Promise.race([
    new Promise<string>((resolve) => {
      child.stdout?.on('data', (chunk: string) => {
        text += chunk
        if (typeof sign === 'string' ? text.includes(sign) : sign.test(text)) resolve(text)
      })
    }),
    ended.then(({ code, stderr }) => {
      throw new Error(`it ended with ${String(code)} before it printed ${String(sign)}: ${text}${stderr}`)
    }),
  ])
}
