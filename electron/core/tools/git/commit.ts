import { lstatSync, type Stats } from 'node:fs'
import { appendFile, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { configFlag, configValue } from './config-file.ts'
import { serializeIndex, type IndexEntry } from './index-file.ts'
import { gitDirOf, isSafeRef, readHead, readText, type Repository } from './repository.ts'
import { takeSnapshot, type IndexCache, type Snapshot } from './status.ts'
import { MODE_FILE, MODE_SUBMODULE, parseCommit } from './tree-object.ts'
import { modeOf, storedBytes } from './worktree-scan.ts'
import { writeAtomically, writeObject, writeTrees } from './write-objects.ts'

export interface CommitRequest {
  message: string
  /** From the folder asked for; all changes that are not ignored where absent. */
  paths?: string[]
}

/** Names the commit that is to be made: whether it was made can be seen from these two. */
export interface CommitIntent {
  parent: string | null
  tree: string
}

interface CommitOptions {
  signal: AbortSignal
  cache: IndexCache
  clock: Clock
}

const FALLBACK_NAME = 'Rainy Brain'
const FALLBACK_EMAIL = 'rainy-brain@localhost'
/** What git keeps of an unfinished merge, and removes with the commit that ends it. */
const MERGE_FILES = ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'AUTO_MERGE']

/**
 * What the commit would be: objects are stored, which nobody can see yet. Throws NOTHING_TO_COMMIT, NOT_A_REPOSITORY and
 * NOT_FOUND (a path that git does not know).
 */
export async function planCommit(root: string, request: CommitRequest, options: CommitOptions): Promise<CommitIntent> {
  const { intent } = await prepare(root, request, options)
  return intent
}

/** Commits: first the index, then the commit, last the branch. Killed in between, the same call ends in the same commit. */
export async function gitCommit(root: string, request: CommitRequest, options: CommitOptions): Promise<{ commit: string }> {
  const { snapshot, entries, intent } = await prepare(root, request, options)
  const { repository, head } = snapshot
  const indexPath = join(repository.gitDir, 'index')
  await using lock = await lockFile(indexPath)
  await writeAtomically(indexPath, serializeIndex(entries))
  const content = commitContent(repository, request.message, intent, options.clock)
  const commit = await writeObject(repository, 'commit', content)
  await moveHead(repository, head.ref, head.oid, commit, request.message, content)
  for (const name of MERGE_FILES) await rm(join(repository.gitDir, name), { force: true })
  void lock
  return { commit }
}

/** Whether HEAD is the commit that the intent speaks of; its id then. */
export function findCommit(repository: Repository, { parent, tree }: CommitIntent): string | undefined {
  const { oid } = readHead(repository)
  if (oid === undefined) return undefined
  const made = parseCommit(repository.objects.read(oid).content)
  return made.tree === tree && (made.parents[0] ?? null) === parent ? oid : undefined
}

async function prepare(root: string, { message, paths }: CommitRequest, options: CommitOptions): Promise<{ snapshot: Snapshot; entries: IndexEntry[]; intent: CommitIntent }> {
  if (message.trim() === '') throw new RainyError('INVALID_TOOL_ARGS', 'The commit message is empty. Say what changes.')
  const snapshot = await takeSnapshot(root, options)
  const { repository, head, headTree } = snapshot
  const entries = await stagedEntries(snapshot, paths)
  const unresolved = entries.find((entry) => entry.stage !== 0)
  if (unresolved) throw new RainyError('NOTHING_TO_COMMIT', `${unresolved.path} is in conflict and not among the paths. Resolve it and commit it too.`, { details: { path: unresolved.path } })
  const tree = await writeTrees(repository, entries.filter((entry) => !entry.intentToAdd))
  const merging = readText(join(repository.gitDir, 'MERGE_HEAD')) !== undefined
  const empty = headTree === undefined ? entries.length === 0 : tree === headTree
  if (empty && !merging) throw new RainyError('NOTHING_TO_COMMIT', 'Nothing has changed since the last commit, so there is nothing to commit.')
  return { snapshot, entries, intent: { parent: head.oid ?? null, tree } }
}

/** The index as it is to be, with the chosen changes of the worktree in it. */
async function stagedEntries({ repository, read, scan }: Snapshot, paths: string[] | undefined): Promise<IndexEntry[]> {
  const scopes = (paths ?? ['.']).map((path) => (repository.prefix + (path === '.' ? '' : path)).replace(/\/$/, ''))
  const within = (path: string, scope: string): boolean => scope === '' || path === scope || path.startsWith(`${scope}/`)
  const known = [...read.index.entries.map((entry) => entry.path), ...scan.untracked]
  for (const [index, scope] of scopes.entries()) {
    if (paths && !known.some((path) => within(path, scope))) throw new RainyError('NOT_FOUND', `git knows no file ${JSON.stringify(paths[index])}, or ignores it. Give paths of changed files.`, { details: { path: paths[index] } })
  }
  const changed = [...scan.changes.map((one) => one.path), ...read.conflicts.keys(), ...scan.untracked].filter((path) => scopes.some((scope) => within(path, scope)))
  const staged = new Set(changed)
  const entries = read.index.entries.filter((entry) => !staged.has(entry.path))
  for (const path of staged) {
    const entry = await entryFromDisk(repository, path.replace(/\/$/, ''), read.index.entries.find((one) => one.path === path))
    if (entry) entries.push(entry)
  }
  const present = new Set(entries.filter((entry) => staged.has(entry.path)).map((entry) => entry.path))
  // A file cannot stand where a folder does: what was staged last wins, as with "git add".
  const above = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))
  const folders = new Set([...present].flatMap(above))
  return entries.filter((entry) => present.has(entry.path) || (!folders.has(entry.path) && !above(entry.path).some((folder) => present.has(folder))))
}

async function entryFromDisk(repository: Repository, path: string, before: IndexEntry | undefined): Promise<IndexEntry | undefined> {
  const absolute = join(repository.worktree, path)
  const stat = lstatSync(absolute, { throwIfNoEntry: false })
  const nested = stat?.isDirectory() ? gitDirOf(absolute) : undefined
  if (!stat || (stat.isDirectory() && !nested)) return undefined
  if (nested) {
    const { oid } = readHead({ gitDir: nested, commonDir: nested })
    return oid === undefined ? undefined : newEntry(path, MODE_SUBMODULE, oid, stat)
  }
  const mode = modeOf(stat, before?.mode ?? MODE_FILE, configFlag(repository.config, 'core.filemode', true))
  const oid = await writeObject(repository, 'blob', storedBytes(repository, { path, ...(before ? { oid: before.oid } : {}) }, absolute, stat))
  return newEntry(path, mode, oid, stat)
}

function newEntry(path: string, mode: number, oid: string, stat: Stats): IndexEntry {
  const words = Buffer.alloc(40)
  const time = (ms: number, at: number): void => {
    const seconds = Math.floor(ms / 1000)
    words.writeUInt32BE(seconds % 2 ** 32, at)
    words.writeUInt32BE(Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6)), at + 4)
  }
  time(stat.ctimeMs, 0)
  time(stat.mtimeMs, 8)
  for (const [index, value] of [stat.dev, stat.ino, mode, stat.uid, stat.gid, stat.size].entries()) words.writeUInt32BE(value % 2 ** 32, 16 + 4 * index)
  return { path, stage: 0, mode, oid, ctimeMs: stat.ctimeMs, mtimeMs: stat.mtimeMs, hasNanoseconds: true, ino: stat.ino, uid: stat.uid, gid: stat.gid, size: stat.size, assumeUnchanged: false, skipWorktree: false, intentToAdd: false, stat: words }
}

function commitContent({ config, gitDir }: Repository, message: string, { parent, tree }: CommitIntent, clock: Clock): Buffer {
  // What would end the line or the address cannot be part of it.
  const clean = (text: string | undefined): string => (text ?? '').replaceAll(/[\n<>\0]/g, '').trim()
  const now = clock.now()
  const offset = -new Date(now).getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}${String(Math.abs(offset) % 60).padStart(2, '0')}`
  const person = `${clean(configValue(config, 'user.name')) || FALLBACK_NAME} <${clean(configValue(config, 'user.email')) || FALLBACK_EMAIL}> ${Math.floor(now / 1000)} ${zone}`
  const merged = (readText(join(gitDir, 'MERGE_HEAD')) ?? '').split('\n').filter((line) => /^[0-9a-f]{40}$/.test(line))
  const parents = [...(parent === null ? [] : [parent]), ...merged].map((oid) => `parent ${oid}\n`).join('')
  return Buffer.from(`tree ${tree}\n${parents}author ${person}\ncommitter ${person}\n\n${message.replaceAll('\r\n', '\n').replaceAll('\0', '').trim()}\n`)
}

async function moveHead(repository: Repository, ref: string | undefined, before: string | undefined, commit: string, message: string, content: Buffer): Promise<void> {
  const { gitDir, commonDir } = repository
  if (ref !== undefined && !isSafeRef(ref)) throw new RainyError('NOT_A_REPOSITORY', `HEAD names ${JSON.stringify(ref)}, which is no branch. Run "git symbolic-ref HEAD refs/heads/main".`)
  const path = ref === undefined ? join(gitDir, 'HEAD') : join(commonDir, ref)
  await mkdir(dirname(path), { recursive: true })
  await using lock = await lockFile(path)
  if (readHead(repository).oid !== before) throw new RainyError('STALE_FILE', 'The branch has moved meanwhile. Look at git_status and commit again.')
  await writeAtomically(path, `${commit}\n`)
  void lock
  const person = /^committer (.*)$/m.exec(content.toString())?.[1] ?? ''
  const line = `${before ?? '0'.repeat(40)} ${commit} ${person}\tcommit${before ? '' : ' (initial)'}: ${message.trim().split('\n', 1)[0]}\n`
  for (const log of [join(gitDir, 'logs/HEAD'), ...(ref === undefined ? [] : [join(commonDir, 'logs', ref)])]) {
    await mkdir(dirname(log), { recursive: true })
    await appendFile(log, line)
  }
}

/** git's own lock on a file, so that it and we never write at once. */
async function lockFile(path: string): Promise<AsyncDisposable> {
  const lock = `${path}.lock`
  try {
    await (await open(lock, 'wx')).close()
  } catch (error) {
    throw new RainyError('STALE_FILE', `Another git process is at work in this repository (${lock} exists). Try again when it has ended; if none runs, remove that file.`, { cause: error })
  }
  return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) }
}

