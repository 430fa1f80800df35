import { RainyError } from '../../../shared/errors.ts'
import { errnoOf } from './fs-port.ts'

/** An error of the file system in the words of the closed list; what is unknown stays as it is. `shown` names the file. */
export function asPathError(error: unknown, shown: string): unknown {
  if (error instanceof RainyError) return error
  const cause = { cause: error }
  const code = errnoOf(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new RainyError('NOT_FOUND', `${shown} does not exist.`, cause)
    case 'EEXIST':
      return new RainyError('ALREADY_EXISTS', `${shown} already exists.`, cause)
    case 'EISDIR':
      return new RainyError('IS_DIRECTORY', `${shown} is a folder; name a file.`, cause)
    case 'ELOOP':
      return new RainyError('SYMLINK_LOOP', `${shown} leads through symbolic links in a circle.`, cause)
    case 'ENAMETOOLONG':
      return new RainyError('NAME_TOO_LONG', `${shortened(shown)} is longer than this system allows.`, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new RainyError('PERMISSION_DENIED', `The system does not allow this with ${shown} (${code}).`, cause)
    case 'ENOSPC':
    case 'EDQUOT':
      return new RainyError('DISK_FULL', `The disk is full: ${shown} was not written and is as it was. Free some space and try again.`, cause)
    case 'EFBIG':
      return new RainyError('FILE_TOO_LARGE', `${shown} would be larger than this system allows.`, cause)
    case 'ENXIO':
    case 'ENODEV':
      return new RainyError('NOT_REGULAR_FILE', `${shown} is not a regular file.`, cause)
    default:
      return error
  }
}

function shortened(shown: string): string {
  return shown.length > 80 ? `${shown.slice(0, 40)}…${shown.slice(-20)}` : shown
}
