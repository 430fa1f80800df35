import { RainyError } from '../../../../shared/errors.ts'

export interface TreeEntry {
  mode: number
  name: string
  oid: string
}

export const MODE_TREE = 0o040000
export const MODE_FILE = 0o100644
export const MODE_EXECUTABLE = 0o100755
export const MODE_SYMLINK = 0o120000
export const MODE_SUBMODULE = 0o160000
const TYPE_MASK = 0o170000

export const isTree = (mode: number): boolean => (mode & TYPE_MASK) === MODE_TREE
/** Regular file, symlink or submodule: a change between them is a `T`. */
export const sameKind = (a: number, b: number): boolean => (a & TYPE_MASK) === (b & TYPE_MASK)
export const isRegular = (mode: number): boolean => (mode & TYPE_MASK) === 0o100000

export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const end = content.indexOf(0, space)
    if (space < 0 || end < 0 || end + 21 > content.length) throw damaged('tree')
    entries.push({
      mode: Number.parseInt(content.toString('latin1', at, space), 8),
      name: content.toString('utf8', space + 1, end),
      oid: content.toString('hex', end + 1, end + 21),
    })
    at = end + 21
  }
  return entries
}

/** In git's order: folders sort as if their name ended in a slash. */
export function serializeTree(entries: TreeEntry[]): Buffer {
  const key = (entry: TreeEntry): Buffer => Buffer.from(isTree(entry.mode) ? `${entry.name}/` : entry.name)
  const sorted = entries.map((entry) => ({ entry, key: key(entry) })).toSorted((a, b) => Buffer.compare(a.key, b.key))
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [Buffer.from(`${entry.mode.toString(8)} ${entry.name}\0`), Buffer.from(entry.oid, 'hex')]),
  )
}

/** The tree that a commit stands for, and its parents. */
export function parseCommit(content: Buffer): { tree: string; parents: string[] } {
  const header = content.toString('latin1').split('\n\n', 1)[0] ?? ''
  const values = (name: string): string[] => [...header.matchAll(new RegExp(`^${name} ([0-9a-f]{40})$`, 'gm'))].map((match) => match[1]!)
  const tree = values('tree')[0]
  if (tree === undefined) throw damaged('commit')
  return { tree, parents: values('parent') }
}

function damaged(what: string): RainyError {
  return new RainyError('NOT_A_REPOSITORY', `A ${what} object of the git repository is damaged. Run "git fsck".`)
}
