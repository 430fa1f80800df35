import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { RainyError } from '../../../shared/errors.ts'

/** What Node reads into one buffer. */
const WHOLE_FILE_LIMIT_BYTES = 2 ** 31 - 1

/**
 * Reads a file at once, as `readFileSync` does, but never waits for the other end of a pipe: a folder may hold one under any name.
 * Throws NOT_REGULAR_FILE and FILE_TOO_LARGE, and the system's errors for what cannot be opened. It confines nothing.
 */
export function readRegular(path: string, limitBytes = WHOLE_FILE_LIMIT_BYTES): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) throw new RainyError('IS_DIRECTORY', `${path} is a folder; name a file.`)
    if (!stats.isFile()) throw new RainyError('NOT_REGULAR_FILE', `${path} is not a regular file.`)
    if (stats.size > limitBytes) throw new RainyError('FILE_TOO_LARGE', `${path} has ${stats.size} bytes, more than can be read at once. Use run_command.`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
