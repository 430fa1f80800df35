import { programName, type ProgramCall } from './shell/calls.ts'
import { HOLE } from './shell/parse-line.ts'

/** Folders whose contents decide what runs later: git's internals and our own configuration. */
const PROTECTED_FOLDER = /(?:^|[/\\=:])\.(?:git|rainy)(?:$|[/\\])/i

/** Programs that only look. */
const READERS: ReadonlySet<string> = new Set(['cat', 'ls', 'head', 'tail', 'grep', 'rg', 'wc', 'stat', 'file', 'du', 'diff', 'cmp', 'test', '[', 'echo', 'printf', 'tree', 'less', 'more', 'readlink', 'realpath', 'basename', 'dirname'])

/** What makes `find` more than a look. */
const FIND_ACTS = /^-(?:delete|exec|execdir|ok|okdir|fprint\w*|fls)$/

export function isProtectedPath(path: string): boolean {
  return PROTECTED_FOLDER.test(path)
}

/** Might the call write into a protected folder, as far as its words tell? */
export function touchesProtected(call: ProgramCall): boolean {
  if (call.redirects.some(({ operator, target }) => operator.includes('>') && isProtectedPath(target.text))) return true
  const name = programName(call.words[0] ?? '')
  if (READERS.has(name) || (name === 'find' && !call.words.some((word) => FIND_ACTS.test(word)))) return false
  // `--git-dir=.git` and an excluded folder name no target.
  return call.words.slice(1).some((word) => isProtectedPath(word) && !/^--(?:git-dir|exclude|ignore|glob|exclude-dir)\b|^!/.test(word) && !word.startsWith(HOLE))
}
