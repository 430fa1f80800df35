import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import { changesFromTree, type Side } from './head-changes.ts'
import { comparePaths } from './index-file.ts'
import { patchText, type FileChange } from './patch-text.ts'
import { readRef, type Repository } from './repository.ts'
import { takeSnapshot, type IndexCache, type Snapshot } from './status.ts'
import { MODE_SUBMODULE, parseCommit, sameKind } from './tree-object.ts'
import { modeOf, objectId, storedBytes } from './worktree-scan.ts'

export interface DiffRequest {
  /** From the folder asked for; a folder means all in it. */
  path?: string
  /** The index against HEAD (or `ref`), in place of the worktree against the index (or `ref`). */
  staged?: boolean
  /** A branch, tag or commit. */
  ref?: string
}

/** A patch as `git diff` makes it, without renames. Throws NOT_A_REPOSITORY, and NOT_FOUND for a ref that does not exist. */
export async function gitDiff(root: string, { path, staged = false, ref }: DiffRequest, options: { signal: AbortSignal; cache: IndexCache }): Promise<{ diff: string }> {
  const snapshot = await takeSnapshot(root, options)
  const { repository } = snapshot
  const sides = staged ? stagedSides(snapshot, ref) : worktreeSides(snapshot, ref)
  const scope = repository.prefix + (path === undefined || path === '.' ? '' : path)
  const inScope = (one: string): boolean => scope === '' || one === scope.replace(/\/$/, '') || one.startsWith(scope.endsWith('/') ? scope : `${scope}/`)
  const chosen = [...sides].filter(([one]) => inScope(one)).toSorted(([a], [b]) => comparePaths(a, b))
  return { diff: chosen.flatMap(([one, pair]) => patches(repository, one, pair)).join('') }
}

interface Pair {
  before: Side | undefined
  after: Side | undefined
  /** `after` is what the worktree has. */
  onDisk: boolean
}

function stagedSides(snapshot: Snapshot, ref: string | undefined): Map<string, Pair> {
  const changes = ref === undefined ? snapshot.staged : changesSince(snapshot, ref)
  return new Map(changes.map(({ path, before, after }) => [path, { before, after, onDisk: false }]))
}

function worktreeSides(snapshot: Snapshot, ref: string | undefined): Map<string, Pair> {
  const { scan, read } = snapshot
  const pairs = new Map<string, Pair>()
  if (ref !== undefined) for (const [path, pair] of stagedSides(snapshot, ref)) pairs.set(path, pair)
  for (const { path, before, after } of scan.changes) {
    const older = pairs.get(path)
    pairs.set(path, { before: older ? older.before : before.intentToAdd ? undefined : before, after, onDisk: true })
  }
  // A conflict is shown against our own side, as far as there is one.
  for (const [path, entries] of read.conflicts) {
    const stat = lstatSync(join(snapshot.repository.worktree, path), { throwIfNoEntry: false })
    const ours = entries.find((entry) => entry.stage === 2)
    pairs.set(path, { before: ours, after: stat?.isFile() || stat?.isSymbolicLink() ? { path, mode: modeOf(stat, ours?.mode ?? 0o100644, true), oid: '' } : undefined, onDisk: true })
  }
  return pairs
}

function changesSince({ repository, read }: Snapshot, ref: string): ReturnType<typeof changesFromTree> {
  return changesFromTree(treeOfRef(repository, ref), read.root, read.index.cachedTree, repository.objects)
}

/** gitrevisions(7) as far as agents use them: names, full ids, and `~` and `^` after them. */
function treeOfRef(repository: Repository, ref: string): string {
  const [, name = '', steps = ''] = /^([^~^]+)((?:~\d*|\^\d*)*)$/.exec(ref) ?? []
  const candidates = /^[0-9a-f]{40}$/.test(name) ? [name] : ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'].map((prefix) => readRef(repository, prefix + name))
  let oid = candidates.find((one) => one !== undefined && repository.objects.has(one))
  for (const [, kind, digits] of steps.matchAll(/([~^])(\d*)/g)) {
    const count = digits === '' ? 1 : Number(digits)
    const parent = (of: string | undefined, which: number): string | undefined => of && parseCommit(peeled(repository, of, 'commit')).parents[which]
    if (kind === '^') oid = count === 0 ? oid : parent(oid, count - 1)
    else for (let step = 0; step < count && oid; step += 1) oid = parent(oid, 0)
  }
  if (oid === undefined) throw new RainyError('NOT_FOUND', `There is no branch, tag or commit called ${JSON.stringify(ref)}. Give a full name, or a commit's 40 digits.`)
  const { type } = repository.objects.read(oid)
  return type === 'tree' ? oid : parseCommit(peeled(repository, oid, 'commit')).tree
}

const TAG_DEPTH = 10

function peeled({ objects }: Repository, oid: string, wanted: string): Buffer {
  let next = oid
  for (let depth = 0; depth < TAG_DEPTH; depth += 1) {
    const object = objects.read(next)
    if (object.type === wanted) return object.content
    const target = object.type === 'tag' ? /^object ([0-9a-f]{40})$/m.exec(object.content.toString('latin1'))?.[1] : undefined
    if (target === undefined) break
    next = target
  }
  throw new RainyError('NOT_FOUND', `The object ${oid} is no ${wanted}. Give a branch, tag or commit.`)
}

/** Between a file and a symlink there is no patch: one goes, the other comes. */
function patches(repository: Repository, path: string, { before, after, onDisk }: Pair): string[] {
  const old = before && withContent(repository, before, false)
  const now = after && withContent(repository, after, onDisk)
  const change = (from: FileChange['before'], to: FileChange['after']): string => patchText({ path, before: from, after: to })
  return old && now && !sameKind(old.mode, now.mode) ? [change(old, undefined), change(undefined, now)] : [change(old, now)]
}

function withContent(repository: Repository, side: Side, onDisk: boolean): NonNullable<FileChange['before']> {
  if (side.mode === MODE_SUBMODULE) return { mode: side.mode, oid: side.oid, content: Buffer.from(`Subproject commit ${side.oid}\n`) }
  if (!onDisk) return { mode: side.mode, oid: side.oid, content: repository.objects.read(side.oid).content }
  const path = join(repository.worktree, side.path)
  const content = storedBytes(repository, side, path, lstatSync(path))
  return { mode: side.mode, oid: objectId('blob', content), content }
}

