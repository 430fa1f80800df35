import { readlinkSync, type BigIntStats, type Dirent, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, readlink, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises'

/** The file system as workspaces and file tools use it: a port, so that tests can make it slow, full or dead. */
export interface FsPort {
  open(path: string, flags: number, mode?: number): Promise<FileHandle>
  realpath(path: string): Promise<string>
  readlink(path: string): Promise<string>
  /** Of `/proc/self/fd`, which never waits for a disk. */
  readlinkSync(path: string): string
  lstat(path: string): Promise<Stats>
  /** Null where nothing is. */
  stamp(path: string): Promise<BigIntStats | null>
  readdir(path: string): Promise<Dirent[]>
  mkdir(path: string): Promise<void>
  link(from: string, to: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
}

export const systemFs: FsPort = {
  open,
  realpath,
  readlink,
  readlinkSync: (path) => readlinkSync(path),
  lstat: (path) => lstat(path),
  stamp: async (path) =>
    stat(path, { bigint: true }).catch((error: unknown) => {
      const code = errnoOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return null
      throw error
    }),
  readdir: (path) => readdir(path, { withFileTypes: true }),
  mkdir: async (path) => void (await mkdir(path)),
  link,
  rename,
  unlink,
}

/** The system's code of an error (`ENOENT`), or an empty string. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
