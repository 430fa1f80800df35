import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoOf, type FsPort } from './fs-port.ts'
import { isInside, outside } from './path-text.ts'

/** Linux's own: a handle that names a folder or file and opens nothing of it. Node has no constant for it. */
const O_PATH = 0x20_00_00
const HAS_PROC = process.platform === 'linux'

/** Gives the path of a name inside a folder that is held open. */
export type Through = (name: string) => string

export interface PinnedFolders {
  /** Throws PATH_OUTSIDE_WORKSPACE where the handle is not of something inside. `asked`: the resolved path it was opened by. */
  refuseOutside(handle: FileHandle, asked: string): Promise<void>
  /** Holds a folder open, checked to be inside, while `work` goes on in it. */
  use<T>(folder: string, work: (through: Through, handle: FileHandle) => Promise<T>): Promise<T>
  /** The same, for a folder that may have to be made with those above it. */
  useMade<T>(folder: string, work: (through: Through, handle: FileHandle) => Promise<T>): Promise<T>
}

/** Folders held by a handle: what stands at their path may change meanwhile, what the handle names does not. */
export function createPinnedFolders(fs: FsPort, root: string): PinnedFolders {
  const whereIs = async (handle: FileHandle, asked: string): Promise<string> =>
    HAS_PROC ? fs.readlinkSync(`/proc/self/fd/${handle.fd}`) : fs.realpath(asked)

  const refuseOutside = async (handle: FileHandle, asked: string): Promise<void> => {
    if (!isInside(root, await whereIs(handle, asked))) throw outside(asked, root)
  }

  const openFolder = async (path: string): Promise<FileHandle> =>
    fs.open(path, (HAS_PROC ? O_PATH : constants.O_RDONLY) | constants.O_DIRECTORY | constants.O_NOFOLLOW)

  const through = (handle: FileHandle, folder: string): Through => (HAS_PROC ? (name) => `/proc/self/fd/${handle.fd}/${name}` : (name) => join(folder, name))

  const holding = async <T>(handle: FileHandle, folder: string, work: (through: Through, handle: FileHandle) => Promise<T>): Promise<T> => {
    try {
      await refuseOutside(handle, folder)
      const value = await work(through(handle, folder), handle)
      // Where a handle cannot be worked through, what happened at the path is looked at once more.
      if (!HAS_PROC) await refuseOutside(handle, folder)
      return value
    } finally {
      await handle.close()
    }
  }

  /** From the nearest folder that exists down, each made and opened through the handle of the one above it. */
  const openMade = async (folder: string): Promise<FileHandle> => {
    try {
      return await openFolder(folder)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || !isInside(root, folder) || folder === root) throw error
    }
    const above = await openMade(dirname(folder))
    return holding(above, dirname(folder), async (inAbove) => {
      const path = inAbove(basename(folder))
      await fs.mkdir(path).catch((error: unknown) => {
        if (errnoOf(error) !== 'EEXIST') throw error
      })
      return openFolder(path)
    })
  }

  return {
    refuseOutside,
    use: async (folder, work) => holding(await openFolder(folder), folder, work),
    useMade: async (folder, work) => holding(await openMade(folder), folder, work),
  }
}
