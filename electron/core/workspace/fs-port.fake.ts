import type { FileHandle } from 'node:fs/promises'
import { systemFs, type FsPort } from './fs-port.ts'

export type FsOperation = keyof FsPort | 'handle.read' | 'handle.writeFile' | 'handle.chmod' | 'handle.sync' | 'handle.stat' | 'handle.close'

/** Called before each operation on the real file system: it may wait, or throw what the system would. */
export type Interference = (operation: FsOperation, path: string) => Promise<void> | void

const HANDLE_OPERATIONS = new Set(['read', 'writeFile', 'chmod', 'sync', 'stat', 'close'])

/** The real file system, made slow, full or dead by a test. */
export function createFsFake(interfere: Interference): FsPort {
  const before = <Args extends [string, ...unknown[]], Result>(operation: keyof FsPort, call: (...args: Args) => Promise<Result>) => async (...args: Args): Promise<Result> => {
    await interfere(operation, args[0])
    return call(...args)
  }
  return {
    open: before('open', async (path: string, flags: number, mode?: number) => faulty(await systemFs.open(path, flags, mode), path, interfere)),
    realpath: before('realpath', systemFs.realpath),
    readlink: before('readlink', systemFs.readlink),
    readlinkSync: systemFs.readlinkSync,
    lstat: before('lstat', systemFs.lstat),
    stamp: before('stamp', systemFs.stamp),
    readdir: before('readdir', systemFs.readdir),
    mkdir: before('mkdir', systemFs.mkdir),
    link: before('link', systemFs.link),
    rename: before('rename', systemFs.rename),
    unlink: before('unlink', systemFs.unlink),
  }
}

/** A handle whose operations are interfered with; closing frees it all the same. */
function faulty(handle: FileHandle, path: string, interfere: Interference): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (typeof name !== 'string' || !HANDLE_OPERATIONS.has(name)) return value.bind(target) as unknown
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          await interfere(`handle.${name}` as FsOperation, path)
        } catch (error) {
          if (name === 'close') await target.close()
          throw error
        }
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code })
}
