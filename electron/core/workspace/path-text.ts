import { isAbsolute, relative, resolve, sep } from 'node:path'
import { RainyError } from '../../../shared/errors.ts'

/** What Linux and macOS allow, in bytes. */
const PATH_LIMIT_BYTES = 4095
const NAME_LIMIT_BYTES = 255

/** Controls, bidirectional controls, zero-width and other invisible characters: a name with one is not what it looks like. (Variation selectors stay: emoji have them.) */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]|[\p{Default_Ignorable_Code_Point}--[\ufe00-\ufe0f]]/v

/** Checks the text of a path and makes it absolute, `..` taken out, without looking at the disk. */
export function lexicalPath(root: string, path: string): string {
  if (path.trim() === '') throw new RainyError('PATH_EMPTY', 'The path is empty; name a file or folder of the workspace.')
  if (path.includes('\0')) throw new RainyError('PATH_HAS_NUL', 'The path holds a NUL character.')
  const unsafe = UNSAFE.exec(path)
  if (unsafe || !path.isWellFormed()) {
    const point = unsafe?.[0].codePointAt(0)
    throw new RainyError('UNSAFE_UNICODE', `The path holds a character that cannot be seen${point === undefined ? '' : ` (U+${point.toString(16).toUpperCase().padStart(4, '0')})`}; use plain names.`)
  }
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES) throw new RainyError('NAME_TOO_LONG', `The path has more than ${PATH_LIMIT_BYTES} bytes.`)
  const absolute = resolve(root, path)
  const long = absolute.split(sep).find((name) => Buffer.byteLength(name) > NAME_LIMIT_BYTES)
  if (long !== undefined) throw new RainyError('NAME_TOO_LONG', `The name ${long.slice(0, 40)}… has more than ${NAME_LIMIT_BYTES} bytes.`)
  return absolute
}

export function isInside(folder: string, absolute: string): boolean {
  if (absolute === folder) return true
  const way = relative(folder, absolute)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

export function toRelative(root: string, absolute: string): string {
  const way = relative(root, absolute)
  return way === '' ? '.' : sep === '/' ? way : way.split(sep).join('/')
}

/** Throws PROTECTED_PATH for what no tool may write: git's insides, our own configuration, and what `protectedPaths` name. */
export function refuseProtected(root: string, absolute: string, protectedPaths: readonly string[]): void {
  const shown = toRelative(root, absolute)
  // Case is ignored everywhere, as some file systems do; so are the dots and spaces that Windows drops.
  const names = shown.split('/').map((name) => name.toLowerCase().replace(/[. ]+$/u, ''))
  if (names.includes('.git') || names.includes('git~1')) {
    throw new RainyError('PROTECTED_PATH', `${shown} belongs to git's own files; use the git tools.`)
  }
  if (names.includes('.rainy')) throw new RainyError('PROTECTED_PATH', `${shown} is configuration of Rainy Brain, which tools may not change.`)
  if (protectedPaths.some((path) => isInside(path, absolute))) throw new RainyError('PROTECTED_PATH', `${shown} is protected: tools may not write there.`)
}

export function outside(path: string, root: string): RainyError {
  return new RainyError('PATH_OUTSIDE_WORKSPACE', `${path} is outside the workspace ${root}.`)
}
