import { writeObject as writeLoose } from 'isomorphic-git'
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { ObjectType } from './object-store.ts'
import type { Repository } from './repository.ts'
import type { TreeEntry } from './tree-object.ts'
import { MODE_TREE, serializeTree } from './tree-object.ts'
import { objectId } from './worktree-scan.ts'

/** isomorphic-git writes in place: a kill in between would leave half an object under a name that promises a whole one. */
const atomicFs = { ...fs, promises: { ...fs.promises, writeFile: writeAtomically } }

export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o644)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Stores an object unless it is there, packed or loose. Returns its id. */
export async function writeObject({ commonDir, objects }: Repository, type: ObjectType, content: Buffer): Promise<string> {
  const oid = objectId(type, content)
  if (!objects.has(oid)) await writeLoose({ fs: atomicFs, gitdir: commonDir, type, object: content, format: 'content' })
  return oid
}

/** Stores the trees that a list of files makes, and returns the root's id. */
export async function writeTrees(repository: Repository, files: Array<{ path: string; mode: number; oid: string }>): Promise<string> {
  interface Folder {
    entries: TreeEntry[]
    folders: Map<string, Folder>
  }
  const root: Folder = { entries: [], folders: new Map() }
  for (const { path, mode, oid } of files) {
    const parts = path.split('/')
    const name = parts.pop() ?? ''
    let folder = root
    for (const part of parts) {
      let next = folder.folders.get(part)
      if (!next) folder.folders.set(part, (next = { entries: [], folders: new Map() }))
      folder = next
    }
    folder.entries.push({ mode, name, oid })
  }
  const write = async ({ entries, folders }: Folder): Promise<string> => {
    const trees: TreeEntry[] = []
    for (const [name, folder] of folders) trees.push({ mode: MODE_TREE, name, oid: await write(folder) })
    return writeObject(repository, 'tree', serializeTree([...entries, ...trees]))
  }
  return write(root)
}
