import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { RainyError } from '../../../shared/errors.ts'
import type { FileStamp, ReadFile } from './types.ts'

const PERMISSION_BITS = 0o7777n

/** Reads to the end of what was opened, at most `limitBytes`. `stats` were taken before: a change since then makes them outdated. */
export async function readWhole(handle: FileHandle, stats: BigIntStats, shown: string, limitBytes: number): Promise<ReadFile> {
  if (stats.size > BigInt(limitBytes)) throw tooLarge(shown, stats.size, limitBytes)
  // One byte more than it has: a read that does not fill the buffer has seen the end, so most files take one.
  let buffer = Buffer.allocUnsafeSlow(Number(stats.size) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length)
    length += bytesRead
    if (length < buffer.length) {
      if (bytesRead === 0 || length === Number(stats.size)) break
      continue
    }
    if (length > limitBytes) throw tooLarge(shown, BigInt(length), limitBytes)
    buffer = Buffer.concat([buffer, Buffer.allocUnsafeSlow(Math.max(4096, length))])
  }
  return { bytes: buffer.subarray(0, length), stamp: toStamp(stats), mode: Number(stats.mode & PERMISSION_BITS) }
}

export function toStamp(stats: BigIntStats): FileStamp {
  return { device: stats.dev, inode: stats.ino, size: stats.size, modifiedNs: stats.mtimeNs, changedNs: stats.ctimeNs }
}

function tooLarge(shown: string, size: bigint, limitBytes: number): RainyError {
  return new RainyError('FILE_TOO_LARGE', `${shown} has ${size} bytes; these tools read at most ${limitBytes}. Search in it, or cut a part out with a command.`, {
    details: { limitBytes },
  })
}
