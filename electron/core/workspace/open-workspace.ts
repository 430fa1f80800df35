import { constants, type BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join, resolve as resolvePath } from 'node:path'
import { RainyError } from '../../../shared/errors.ts'
import type { Log } from '../platform/log.ts'
import { createChangeFeed } from './change-feed.ts'
import { asPathError } from './fs-errors.ts'
import { errnoOf, systemFs, type FsPort } from './fs-port.ts'
import { isInside, lexicalPath, outside, refuseProtected, toRelative } from './path-text.ts'
import { createPinnedFolders } from './pinned-folders.ts'
import { readWhole, toStamp } from './read-whole.ts'
import { replaceFile } from './replace-file.ts'
import type { DirectoryEntry, Workspace, WorkspacePath } from './types.ts'

export interface OpenWorkspaceOptions {
  root: string
  /** Absolute: our data folder, our own config. */
  protectedPaths: readonly string[]
  log: Log
  fs?: FsPort
}

/**
 * A folder that tools work in, confined by what was opened and not by what was asked:
 * 1. Whatever is read or written is opened first; then the system is asked what was opened, and what lies outside is refused.
 * 2. Writes go through an open handle of the folder they land in, so that no folder above can be swapped for a symlink meanwhile
 *    (Linux, by `/proc/self/fd`; elsewhere the handle's own path is looked up again just before and after: as small a gap as the system allows).
 * 3. Opening never waits: pipes and devices are refused.
 */
export async function openWorkspace({ root: asked, protectedPaths, log, fs = systemFs }: OpenWorkspaceOptions): Promise<Workspace> {
  const root = await realRoot(fs, asked)
  const feed = createChangeFeed({ root, log })
  const folders = createPinnedFolders(fs, root)

  const resolve = async (path: string, access: 'read' | 'write'): Promise<WorkspacePath> => {
    const lexical = lexicalPath(root, path)
    const absolute = await realPathOf(fs, lexical, path)
    if (!isInside(root, absolute)) throw outside(path, root)
    if (access === 'write') {
      refuseProtected(root, lexical, protectedPaths)
      refuseProtected(root, absolute, protectedPaths)
    }
    return { absolute, relative: toRelative(root, absolute) }
  }

  const openRegular = async (path: WorkspacePath, flags: 'r' | 'r+'): Promise<{ handle: FileHandle; stats: BigIntStats }> => {
    const how = flags === 'r' ? constants.O_RDONLY : constants.O_RDWR
    try {
      const handle = await fs.open(path.absolute, how | constants.O_NONBLOCK | constants.O_NOCTTY)
      try {
        await folders.refuseOutside(handle, path.absolute)
        const stats = await handle.stat({ bigint: true })
        if (stats.isDirectory()) throw new RainyError('IS_DIRECTORY', `${path.relative} is a folder; name a file.`)
        if (!stats.isFile()) throw new RainyError('NOT_REGULAR_FILE', `${path.relative} is not a regular file.`)
        return { handle, stats }
      } catch (error) {
        await handle.close()
        throw error
      }
    } catch (error) {
      throw asPathError(error, path.relative)
    }
  }

  return {
    root,
    protectedPaths,
    resolve,
    open: async (path, flags) => (await openRegular(path, flags)).handle,
    async read(path, limitBytes) {
      const { handle, stats } = await openRegular(path, 'r')
      try {
        return await readWhole(handle, stats, path.relative, limitBytes)
      } catch (error) {
        throw asPathError(error, path.relative)
      } finally {
        await handle.close()
      }
    },
    async stamp(path) {
      try {
        const stats = await fs.stamp(path.absolute)
        return stats && toStamp(stats)
      } catch (error) {
        throw asPathError(error, path.relative)
      }
    },
    async stat(path) {
      try {
        return await fs.lstat(path.absolute)
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null
        throw asPathError(error, path.relative)
      }
    },
    async list(path) {
      try {
        return await folders.use(path.absolute, async (through) => (await fs.readdir(through('.'))).map(toEntry))
      } catch (error) {
        if (errnoOf(error) === 'ENOTDIR') throw new RainyError('NOT_REGULAR_FILE', `${path.relative} is not a folder.`, { cause: error })
        throw asPathError(error, path.relative)
      }
    },
    inFolder: async (path, work) => {
      let begun = false
      try {
        return await folders.use(path.absolute, async (through) => {
          begun = true
          return work(through('.'))
        })
      } catch (error) {
        throw begun ? error : asPathError(error, path.relative)
      }
    },
    async replace(path, bytes, options) {
      refuseProtected(root, path.absolute, protectedPaths)
      try {
        await replaceFile({ fs, folders, path, bytes, ...options })
      } catch (error) {
        throw asPathError(error, path.relative)
      } finally {
        feed.note([path.relative])
      }
    },
    onChanged: (listener) => feed.subscribe(listener),
    noteChanged: (paths) => feed.note(paths),
    dispose: () => feed.dispose(),
  }
}

async function realRoot(fs: FsPort, asked: string): Promise<string> {
  try {
    const root = await fs.realpath(resolvePath(asked))
    if (!(await fs.lstat(root)).isDirectory()) throw new RainyError('NOT_REGULAR_FILE', `The workspace ${asked} is not a folder.`)
    return root
  } catch (error) {
    throw asPathError(error, asked)
  }
}

/** The real path, also of what does not exist yet: then that of the nearest folder above that does, and the rest as asked. */
async function realPathOf(fs: FsPort, lexical: string, shown: string): Promise<string> {
  try {
    return await fs.realpath(lexical)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw asPathError(error, shown)
    await refuseBrokenLink(fs, lexical, shown)
    const above = dirname(lexical)
    if (above === lexical) throw asPathError(error, shown)
    return join(await realPathOf(fs, above, shown), lexical.slice(above.length).replace(/^[\\/]/u, ''))
  }
}

/** Writing to a link that leads nowhere would create a file where the link says, and that may be anywhere. */
async function refuseBrokenLink(fs: FsPort, lexical: string, shown: string): Promise<void> {
  const stats = await fs.lstat(lexical).catch(() => undefined)
  if (stats?.isSymbolicLink()) throw new RainyError('NOT_FOUND', `${shown} is a symbolic link to something that does not exist; name another file.`)
}

function toEntry(entry: { name: string; isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): DirectoryEntry {
  return { name: entry.name, type: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'other' }
}
