import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readlinkSync, type Dirent, type Stats } from 'node:fs'
import { join } from 'node:path'
import { configFlag } from './config-file.ts'
import { RainyError } from '../../../../shared/errors.ts'
import { readRegular } from '../../workspace/read-regular.ts'
import type { IndexFolder, Side } from './head-changes.ts'
import { ignoreRules, type IgnoreRules } from './ignore-rules.ts'
import type { IndexEntry } from './index-file.ts'
import { gitDirOf, readHead, type Repository } from './repository.ts'
import { toStored } from './text-conversion.ts'
import { isRegular, MODE_EXECUTABLE, MODE_FILE, MODE_SUBMODULE, MODE_SYMLINK, sameKind } from './tree-object.ts'

/** How the worktree differs from the index. `A`: only intended to be added until now. */
export interface WorktreeChange {
  path: string
  status: 'M' | 'D' | 'T' | 'A'
  before: IndexEntry
  /** Undefined where it was deleted; its `oid` is what git would store. */
  after: Side | undefined
}

export interface WorktreeScan {
  changes: WorktreeChange[]
  /** Files that are neither in the index nor ignored; a repository of its own ends in a slash. */
  untracked: string[]
}

export interface ScanOptions {
  signal: AbortSignal
  /** Modification time of the index in ms: an entry as young as it may have changed since without its times showing. */
  indexTimeMs: number
  /** Only below this folder: `''` or `a/b/`. */
  prefix: string
  /** Whether a submodule has changes of its own. */
  submoduleDirty(folder: string): Promise<boolean>
}

/** `lstat` gives times as doubles: good to a quarter of a microsecond. */
const TIME_TOLERANCE_MS = 0.001
/** As git writes it: not computed, since it is not needed to know that the file changed. */
const UNKNOWN_OID = '0'.repeat(40)
/** How many files are looked at before a cancellation is let through. */
const YIELD_EVERY = 4000

export async function scanWorktree(repository: Repository, root: IndexFolder, options: ScanOptions): Promise<WorktreeScan> {
  const result: WorktreeScan = { changes: [], untracked: [] }
  const trustMode = configFlag(repository.config, 'core.filemode', true)
  let seen = 0
  await scanFolder(repository.worktree, '', root, undefined)
  return result

  async function scanFolder(absolute: string, prefix: string, folder: IndexFolder | undefined, above: { rules: IgnoreRules; ignored: boolean; name: string } | undefined): Promise<void> {
    const found = readFolder(absolute)
    const hasRules = found.some((one) => one.name === '.gitignore' && one.isFile())
    const ignored = above?.ignored ?? false
    const rules = above ? (ignored ? above.rules : above.rules.enter(above.name, hasRules)) : ignoreRules(repository, hasRules)
    const inScope = prefix.startsWith(options.prefix)
    const present = new Set<string>()
    for (const one of found) {
      const { name } = one
      if (name.toLowerCase() === '.git') continue
      const isFolder = one.isDirectory()
      const sub = folder?.folders.get(name)
      const entry = folder?.files.get(name)
      if (!inScope && !(isFolder && (sub || entry || options.prefix.startsWith(`${prefix}${name}/`)))) continue
      if (inScope && (seen += 1) % YIELD_EVERY === 0) await yieldTo(options.signal)
      const path = join(absolute, name)
      if (entry && (!isFolder || entry.mode === MODE_SUBMODULE)) {
        present.add(name)
        if (inScope) await compare(path, entry)
      } else if (isFolder && (sub || !entry || entry.mode !== MODE_SUBMODULE)) {
        if (sub) present.add(name)
        if (!`${prefix}${name}/`.startsWith(options.prefix) && !options.prefix.startsWith(`${prefix}${name}/`)) continue
        const nowIgnored = ignored || rules.ignores(name, true)
        // Nothing below an ignored folder can be included again.
        if (!sub && nowIgnored) continue
        if (!sub && gitDirOf(path)) result.untracked.push(`${prefix}${name}/`)
        else await scanFolder(path, `${prefix}${name}/`, sub, { rules, ignored: nowIgnored, name })
      } else if (!isFolder && (one.isFile() || one.isSymbolicLink()) && !ignored && !rules.ignores(name, false)) {
        result.untracked.push(prefix + name)
      }
    }
    if (!folder) return
    if (inScope) for (const [name, entry] of folder.files) if (!present.has(name)) removed(entry)
    for (const [name, sub] of folder.folders) if (!present.has(name)) removeAll(sub, `${prefix}${name}/`)
  }

  function removed(entry: IndexEntry): void {
    if (entry.stage !== 0 || entry.skipWorktree || entry.assumeUnchanged) return
    result.changes.push({ path: entry.path, status: 'D', before: entry, after: undefined })
  }

  function removeAll(folder: IndexFolder, prefix: string): void {
    if (prefix.startsWith(options.prefix)) for (const entry of folder.files.values()) removed(entry)
    for (const [name, sub] of folder.folders) removeAll(sub, `${prefix}${name}/`)
  }

  async function compare(path: string, entry: IndexEntry): Promise<void> {
    if (entry.stage !== 0 || entry.skipWorktree || entry.assumeUnchanged) return
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat) return removed(entry)
    if (entry.mode === MODE_SUBMODULE) return compareSubmodule(path, entry, stat)
    const mode = modeOf(stat, entry.mode, trustMode)
    if (!entry.intentToAdd && mode === entry.mode && sameStat(stat, entry) && !(options.indexTimeMs <= entry.mtimeMs + TIME_TOLERANCE_MS)) return
    // Another size is a change: git asks no further either, not even whether only line ends differ.
    const resized = isRegular(entry.mode) && mode === entry.mode && entry.size !== 0 && stat.size % 2 ** 32 !== entry.size
    const oid = resized && !entry.intentToAdd ? UNKNOWN_OID : storedOid(repository, entry, path, stat)
    const after = { path: entry.path, mode, oid }
    if (entry.intentToAdd) result.changes.push({ path: entry.path, status: 'A', before: entry, after })
    else if (!sameKind(mode, entry.mode)) result.changes.push({ path: entry.path, status: 'T', before: entry, after })
    else if (oid !== entry.oid || mode !== entry.mode) result.changes.push({ path: entry.path, status: 'M', before: entry, after })
  }

  async function compareSubmodule(path: string, entry: IndexEntry, stat: Stats): Promise<void> {
    if (!stat.isDirectory()) {
      const mode = modeOf(stat, MODE_FILE, trustMode)
      result.changes.push({ path: entry.path, status: 'T', before: entry, after: { path: entry.path, mode, oid: storedOid(repository, entry, path, stat) } })
      return
    }
    const gitDir = gitDirOf(path)
    // Not checked out: nothing to compare.
    if (!gitDir) return
    const oid = readHead({ gitDir, commonDir: gitDir }).oid ?? entry.oid
    if (oid === entry.oid && !(await options.submoduleDirty(path))) return
    result.changes.push({ path: entry.path, status: 'M', before: entry, after: { path: entry.path, mode: MODE_SUBMODULE, oid } })
  }
}

/** The mode that git would give what is there now. */
export function modeOf(stat: Stats, before: number, trustMode: boolean): number {
  if (stat.isSymbolicLink()) return MODE_SYMLINK
  if (!trustMode && isRegular(before)) return before
  return stat.mode & 0o100 ? MODE_EXECUTABLE : MODE_FILE
}

/** The bytes that git would store of what is there now. */
export function storedBytes(repository: Repository, entry: { path: string; oid?: string }, absolute: string, stat: Stats): Buffer {
  if (stat.isSymbolicLink()) return readlinkSync(absolute, { encoding: 'buffer' })
  if (!stat.isFile()) return Buffer.alloc(0)
  return toStored(repository, entry.path, readRegular(absolute), () => (entry.oid && repository.objects.has(entry.oid) ? repository.objects.read(entry.oid).content : undefined))
}

export function objectId(type: string, content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}

function storedOid(repository: Repository, entry: IndexEntry, absolute: string, stat: Stats): string {
  return objectId('blob', storedBytes(repository, entry, absolute, stat))
}

function sameStat(stat: Stats, entry: IndexEntry): boolean {
  const sameTime = (now: number, then: number): boolean => (entry.hasNanoseconds ? Math.abs(now - then) < TIME_TOLERANCE_MS : Math.floor(now / 1000) === then / 1000)
  return (
    stat.size % 2 ** 32 === entry.size &&
    sameTime(stat.mtimeMs, entry.mtimeMs) &&
    sameTime(stat.ctimeMs, entry.ctimeMs) &&
    stat.ino % 2 ** 32 === entry.ino &&
    stat.uid === entry.uid &&
    stat.gid === entry.gid
  )
}

function readFolder(absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true })
  } catch {
    // Removed meanwhile, or not ours to read: git says no more of it either.
    return []
  }
}

async function yieldTo(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (signal.aborted) throw new RainyError('CANCELLED', 'Looking at the worktree was cancelled.', { cause: signal.reason })
}

