import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Every file of the workspace but git's own, by path: mode and content hash. */
export function treeOf(root: string, under = ''): Record<string, string> {
  const files: Record<string, string> = {}
  for (const name of readdirSync(join(root, under)).toSorted()) {
    const path = under === '' ? name : `${under}/${name}`
    if (path === '.git') continue
    const stat = lstatSync(join(root, path))
    if (stat.isDirectory()) Object.assign(files, treeOf(root, path))
    else if (stat.isSymbolicLink()) files[path] = `link ${readlinkSync(join(root, path))}`
    else files[path] = `${(stat.mode & 0o777).toString(8)} ${createHash('sha256').update(readFileSync(join(root, path))).digest('hex').slice(0, 16)}`
  }
  return files
}

export interface GitFacts {
  commits: number
  /** Tree id of HEAD: what was committed, whenever it was. */
  tree: string
  status: string
}

export function gitOf(root: string): GitFacts {
  const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
  return { commits: Number(git('rev-list', '--count', 'HEAD')), tree: git('rev-parse', 'HEAD^{tree}'), status: git('status', '--porcelain') }
}

export interface StoreFacts {
  integrity: string
  steps: number
  modelCalls: number
  /** Ids of the calls that are journaled as finished: they must never be run again. */
  finishedCalls: string[]
  /** Each time that a call began, by the number of the progress event that says so. */
  begun: Array<{ callId: string; seq: number }>
  lastSeq: number
  /** What was said to the task. */
  messages: number
  taskId: string | undefined
  taskStatus: string | undefined
  taskError: string | null | undefined
  /** The first question that waits for a person. */
  asked: { id: string; kind: string } | undefined
}

/** Undefined where the process was killed before it had made its database. */
export function storeOf(dataDir: string): StoreFacts | undefined {
  const path = join(dataDir, 'rainy.db')
  if (!existsSync(path)) return undefined
  const db = new Database(path)
  try {
    if (Number(db.pragma('user_version', { simple: true })) < 4) return undefined
    const count = (table: string): number => (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n
    const task = db.prepare('SELECT id, status, error FROM tasks ORDER BY created_at DESC LIMIT 1').get() as { id: string; status: string; error: string | null } | undefined
    return {
      integrity: String(db.pragma('integrity_check', { simple: true })),
      steps: count('steps'),
      modelCalls: count('model_calls'),
      finishedCalls: db.prepare("SELECT run_id || '.' || substr(infer_step_id, 1, 12) || '.' || call_index FROM tool_calls WHERE finished_at IS NOT NULL").pluck().all() as string[],
      begun: db.prepare("SELECT body ->> 'callId' AS callId, seq FROM task_events WHERE type = 'tool' AND body ->> 'status' = 'pending'").all() as StoreFacts['begun'],
      lastSeq: Number(db.prepare('SELECT coalesce(max(seq), 0) FROM task_events').pluck().get()),
      messages: count('messages'),
      taskId: task?.id,
      taskStatus: task?.status,
      taskError: task?.error,
      asked: db.prepare("SELECT id, kind FROM approvals WHERE status = 'pending' LIMIT 1").get() as StoreFacts['asked'],
    }
  } finally {
    db.close()
  }
}

/** Calls `reached` once the store holds that many finished steps; polls, since what is watched is another process. */
export function watchSteps(dataDir: string, reached: (steps: number) => void): { stop(): void } {
  const path = join(dataDir, 'rainy.db')
  let db: Database.Database | undefined
  let query: Database.Statement | undefined
  const timer = setInterval(() => {
    try {
      if (!db && existsSync(path)) db = new Database(path, { readonly: true })
      query ??= db?.prepare('SELECT count(*) AS n FROM steps')
      if (query) reached((query.get() as { n: number }).n)
    } catch {
      // The other process is just making its tables.
    }
  }, 1)
  return {
    stop() {
      clearInterval(timer)
      db?.close()
    },
  }
}
