import type { Ignore } from 'ignore'

/** The rules of one ignore file. */
export interface IgnoreLevel {
  rules: Ignore
  /** Its folder from the root: `''` or `a/b/`. */
  base: string
}

/** gitignore(5): the nearest file that speaks of the path decides. `levels` come nearest first; a folder's path ends in a slash. */
export function isIgnored(levels: readonly IgnoreLevel[], path: string): boolean {
  for (const { rules, base } of levels) {
    const said = rules.test(path.slice(base.length))
    if (said.ignored) return true
    if (said.unignored) return false
  }
  return false
}
