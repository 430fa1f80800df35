import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { errnoOf, type FsPort } from './fs-port.ts'
import type { PinnedFolders } from './pinned-folders.ts'
import type { ReplaceOptions, WorkspacePath } from './types.ts'

interface Replacement extends ReplaceOptions {
  fs: FsPort
  folders: PinnedFolders
  path: WorkspacePath
  bytes: Uint8Array
}

/** Names of our temporary files begin so: what a kill leaves behind can be told and is ignored by our tools. */
export const TEMPORARY_PREFIX = '.rainy-tmp-'

const NEW_FILE_MODE = 0o666

/** A temporary file beside it, flushed, then put in its place; then the folder is flushed, so that the name is on disk too. */
export async function replaceFile({ fs, folders, path, bytes, mode, exclusive }: Replacement): Promise<void> {
  await folders.useMade(dirname(path.absolute), async (through, folder) => {
    const temporary = through(`${TEMPORARY_PREFIX}${randomBytes(9).toString('base64url')}`)
    const target = through(basename(path.absolute))
    try {
      await writeFlushed(fs, temporary, bytes, mode)
      if (exclusive) await placeNew(fs, temporary, target)
      else await fs.rename(temporary, target)
    } catch (error) {
      // It may not exist; the reason why the write failed is what counts.
      await fs.unlink(temporary).catch(() => undefined)
      throw error
    }
    await flushFolder(fs, through('.'), folder)
  })
}

async function writeFlushed(fs: FsPort, temporary: string, bytes: Uint8Array, mode: number | null): Promise<void> {
  const handle = await fs.open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode ?? NEW_FILE_MODE)
  try {
    await handle.writeFile(bytes)
    // The umask takes bits from the mode of a new file; those of an old one are kept exactly.
    if (mode !== null) await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A link fails where something stands already, a rename would put it aside. Where links cannot be made, look and rename. */
async function placeNew(fs: FsPort, temporary: string, target: string): Promise<void> {
  try {
    await fs.link(temporary, target)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error))) throw error
    const there = await fs.lstat(target).catch(() => undefined)
    if (there) throw Object.assign(new Error('it exists'), { code: 'EEXIST' })
    await fs.rename(temporary, target)
    return
  }
  await fs.unlink(temporary)
}

async function flushFolder(fs: FsPort, path: string, pinned: FileHandle): Promise<void> {
  // Windows cannot flush a folder; on Linux the pinned handle is O_PATH, which cannot be flushed either.
  if (process.platform === 'win32') return
  if (process.platform !== 'linux') return pinned.sync()
  const handle = await fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
