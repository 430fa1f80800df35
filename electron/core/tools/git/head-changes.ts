import type { CachedTree, GitIndex, IndexEntry } from './index-file.ts'
import type { ObjectStore } from './object-store.ts'
import { isTree, parseTree, sameKind } from './tree-object.ts'

/** One side of a path: what a tree, the index or the worktree has there. */
export interface Side {
  path: string
  mode: number
  oid: string
}

/** How the index differs from a tree. Conflicted paths are left out, and so are those only intended to be added. */
export interface TreeChange {
  path: string
  status: 'A' | 'D' | 'M' | 'T'
  before: Side | undefined
  after: Side | undefined
}

/** Entries of the index by folder, so that a folder whose tree is known to be the same is passed over whole. */
export interface IndexFolder {
  files: Map<string, IndexEntry>
  folders: Map<string, IndexFolder>
}

export function foldersOf({ entries }: GitIndex): { root: IndexFolder; conflicts: Map<string, IndexEntry[]> } {
  const root: IndexFolder = { files: new Map(), folders: new Map() }
  const conflicts = new Map<string, IndexEntry[]>()
  let lastPath = ''
  let lastFolder = root
  for (const entry of entries) {
    const slash = entry.path.lastIndexOf('/')
    const folderPath = slash === -1 ? '' : entry.path.slice(0, slash)
    // Neighbours share their folder nearly always.
    const folder = folderPath === lastPath ? lastFolder : folderAt(root, folderPath)
    lastPath = folderPath
    lastFolder = folder
    folder.files.set(slash === -1 ? entry.path : entry.path.slice(slash + 1), entry)
    if (entry.stage !== 0) conflicts.set(entry.path, [...(conflicts.get(entry.path) ?? []), entry])
  }
  return { root, conflicts }
}

function folderAt(root: IndexFolder, path: string): IndexFolder {
  let folder = root
  if (path === '') return folder
  for (const name of path.split('/')) {
    let next = folder.folders.get(name)
    if (!next) folder.folders.set(name, (next = { files: new Map(), folders: new Map() }))
    folder = next
  }
  return folder
}

/** `tree` is undefined where there is no commit yet. */
export function changesFromTree(tree: string | undefined, folder: IndexFolder, cached: CachedTree | undefined, objects: ObjectStore): TreeChange[] {
  const changes: TreeChange[] = []
  compareFolder(tree, folder, cached, '')
  return changes

  function compareFolder(oid: string | undefined, index: IndexFolder | undefined, known: CachedTree | undefined, prefix: string): void {
    if (oid !== undefined && known && known.entries >= 0 && known.oid === oid) return
    const before = new Map(oid === undefined ? [] : parseTree(objects.read(oid).content).map((entry) => [entry.name, entry]))
    for (const [name, entry] of before) {
      const path = prefix + name
      if (isTree(entry.mode)) compareFolder(entry.oid, index?.folders.get(name), known?.children.get(name), `${path}/`)
      else compareFile({ path, mode: entry.mode, oid: entry.oid }, index?.files.get(name))
    }
    for (const [name, entry] of index?.files ?? []) {
      const old = before.get(name)
      if (old === undefined || isTree(old.mode)) compareFile(undefined, entry)
    }
    for (const [name, sub] of index?.folders ?? []) {
      const old = before.get(name)
      if (old === undefined || !isTree(old.mode)) compareFolder(undefined, sub, undefined, `${prefix}${name}/`)
    }
  }

  function compareFile(before: Side | undefined, entry: IndexEntry | undefined): void {
    if (entry && entry.stage !== 0) return
    const after = entry && !entry.intentToAdd ? { path: entry.path, mode: entry.mode, oid: entry.oid } : undefined
    if (!before && !after) return
    const path = (after ?? before)!.path
    if (before && after) {
      if (before.oid === after.oid && before.mode === after.mode) return
      changes.push({ path, status: sameKind(before.mode, after.mode) ? 'M' : 'T', before, after })
    } else changes.push({ path, status: before ? 'D' : 'A', before, after })
  }
}
