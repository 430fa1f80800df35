import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import { readRegular } from '../../workspace/read-regular.ts'
import { changesFromTree, foldersOf, type IndexFolder, type Side, type TreeChange } from './head-changes.ts'
import { comparePaths, parseIndex, type GitIndex, type IndexEntry } from './index-file.ts'
import { findRenames } from './renames.ts'
import { openRepository, readHead, type Head, type Repository } from './repository.ts'
import { parseCommit } from './tree-object.ts'
import { scanWorktree, storedBytes, type WorktreeScan } from './worktree-scan.ts'

/** Letters as in `git status --porcelain=v2`: `.` for unchanged; `?` twice for untracked. Paths are from the folder asked for. */
export interface StatusFile {
  path: string
  index: string
  worktree: string
  from?: string
}

export interface GitStatus {
  /** Short name; `(detached)` where HEAD is on no branch. */
  branch: string
  files: StatusFile[]
}

/** The index as it was read, until the file changes. */
export interface ReadIndex {
  stamp: string
  timeMs: number
  index: GitIndex
  root: IndexFolder
  conflicts: Map<string, IndexEntry[]>
  /** What differs from the tree it was last compared with. */
  compared?: { tree: string | undefined; changes: TreeChange[] }
}

/** Index by its path: what makes a second look fast. In memory alone. */
export type IndexCache = Map<string, ReadIndex>

const CACHED_INDEXES = 8
const SUBMODULE_DEPTH = 8

/** All that status, diff and commit start from. */
export interface Snapshot {
  repository: Repository
  head: Head
  headTree: string | undefined
  read: ReadIndex
  staged: TreeChange[]
  scan: WorktreeScan
}

export async function takeSnapshot(root: string, { signal, cache, depth = 0 }: { signal: AbortSignal; cache: IndexCache; depth?: number }): Promise<Snapshot> {
  if (signal.aborted) throw new RainyError('CANCELLED', 'Reading the git repository was cancelled.', { cause: signal.reason })
  const repository = openRepository(root)
  const head = readHead(repository)
  const headTree = head.oid === undefined ? undefined : treeOf(repository, head.oid)
  const read = readIndex(join(repository.gitDir, 'index'), cache)
  const staged = stagedChanges(repository, read, headTree)
  const scan = await scanWorktree(repository, read.root, {
    signal,
    indexTimeMs: read.timeMs,
    prefix: repository.prefix,
    submoduleDirty: async (folder) => depth < SUBMODULE_DEPTH && (await gitStatus(folder, { signal, cache, depth: depth + 1 })).files.length > 0,
  })
  return { repository, head, headTree, read, staged, scan }
}

export async function gitStatus(root: string, options: { signal: AbortSignal; cache: IndexCache; depth?: number }): Promise<GitStatus> {
  const { repository, head, read, staged, scan } = await takeSnapshot(root, options)
  const rows = new Map<string, StatusFile>()
  const row = (path: string): StatusFile => {
    const known = rows.get(path)
    if (known) return known
    const made = { path, index: '.', worktree: '.' }
    rows.set(path, made)
    return made
  }
  const readBlob = (side: Side): Buffer => repository.objects.read(side.oid).content
  applyChanges(staged, 'index', findRenames(...sidesOf(staged), { content: readBlob }))
  const fromDisk = (side: Side): Buffer => {
    if (repository.objects.has(side.oid)) return readBlob(side)
    const path = join(repository.worktree, side.path)
    return storedBytes(repository, { path: side.path }, path, lstatSync(path))
  }
  applyChanges(scan.changes, 'worktree', findRenames(...sidesOf(scan.changes), { content: fromDisk }))
  for (const [path, entries] of read.conflicts) {
    const [index, worktree] = conflictLetters(entries)
    rows.set(path, { path, index, worktree })
  }
  // A file that was taken out of the index and is still there has two rows.
  const untracked = scan.untracked.map((path): StatusFile => ({ path, index: '?', worktree: '?' }))
  return { branch: head.ref?.replace(/^refs\/heads\//, '') ?? '(detached)', files: visibleFrom(repository.prefix, [...rows.values(), ...untracked]) }

  function applyChanges(changes: Array<{ path: string; status: string }>, column: 'index' | 'worktree', renames: Map<string, string>): void {
    const moved = new Set(renames.values())
    for (const { path, status } of changes) {
      if (status === 'D' && moved.has(path)) continue
      const from = renames.get(path)
      const file = row(path)
      file[column] = from === undefined ? status : 'R'
      if (from !== undefined) file.from = from
    }
  }
}

function sidesOf(changes: Array<{ status: string; before: Side | IndexEntry | undefined; after: Side | undefined }>): [Side[], Side[]] {
  return [changes.flatMap((one) => (one.status === 'D' && one.before ? [one.before] : [])), changes.flatMap((one) => (one.status === 'A' && one.after ? [one.after] : []))]
}

/** Bits: base 1, ours 2, theirs 4. */
const CONFLICTS = ['', 'DD', 'AU', 'UD', 'UA', 'DU', 'AA', 'UU']

function conflictLetters(entries: IndexEntry[]): [string, string] {
  const letters = CONFLICTS[entries.reduce((bits, entry) => bits | (1 << (entry.stage - 1)), 0)] ?? 'UU'
  return [letters[0] ?? 'U', letters[1] ?? 'U']
}

function visibleFrom(prefix: string, files: StatusFile[]): StatusFile[] {
  const shown = files.filter((file) => file.path.startsWith(prefix)).toSorted((a, b) => comparePaths(a.path, b.path))
  if (prefix === '') return shown
  const up = '../'.repeat(prefix.split('/').length - 1)
  const local = (path: string): string => (path.startsWith(prefix) ? path.slice(prefix.length) : up + path)
  return shown.map((file) => ({ ...file, path: local(file.path), ...(file.from === undefined ? {} : { from: local(file.from) }) }))
}

export function treeOf({ objects }: Repository, commit: string): string {
  return parseCommit(objects.read(commit).content).tree
}

export function stagedChanges(repository: Repository, read: ReadIndex, tree: string | undefined): TreeChange[] {
  if (read.compared && read.compared.tree === tree) return read.compared.changes
  const changes = changesFromTree(tree, read.root, read.index.cachedTree, repository.objects)
  read.compared = { tree, changes }
  return changes
}

export function readIndex(path: string, cache: IndexCache): ReadIndex {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return { stamp: '', timeMs: 0, ...read({ entries: [], cachedTree: undefined }) }
  const stamp = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
  const known = cache.get(path)
  if (known?.stamp === stamp) return known
  const made = { stamp, timeMs: Number(stat.mtimeNs / 1000n) / 1000, ...read(parseIndex(readRegular(path))) }
  cache.delete(path)
  cache.set(path, made)
  for (const oldest of cache.keys()) if (cache.size > CACHED_INDEXES) cache.delete(oldest)
  return made
}

function read(index: GitIndex): Pick<ReadIndex, 'index' | 'root' | 'conflicts'> {
  return { index, ...foldersOf(index) }
}
