import ignore, { type Ignore } from 'ignore'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { configFlag, configValue } from './config-file.ts'
import { readText, type Repository } from './repository.ts'

/** The rules that hold in one folder: its own `.gitignore`'s and those of the folders above it. */
export interface IgnoreRules {
  /** `name` is in the folder. The folder itself is not ignored. */
  ignores(name: string, isFolder: boolean): boolean
  /** The rules of a subfolder. `hasOwn`: it has a `.gitignore`. */
  enter(name: string, hasOwn: boolean): IgnoreRules
}

interface RuleFile {
  rules: Ignore
  /** Its folder from the worktree: `''` or `a/b/`. */
  base: string
}

/** gitignore(5): the deepest file that says something decides; then `info/exclude`; then the user's own. */
export function ignoreRules({ worktree, commonDir, config }: Pick<Repository, 'worktree' | 'commonDir' | 'config'>, rootHasOwn: boolean): IgnoreRules {
  const ignorecase = configFlag(config, 'core.ignorecase', false)
  const load = (path: string, base: string): RuleFile[] => {
    const text = readText(path)
    return text === undefined ? [] : [{ rules: ignore({ ignorecase, allowRelativePaths: true }).add(text.replace(/^\uFEFF/, '')), base }]
  }
  const own = configValue(config, 'core.excludesFile')?.replace(/^~(?=\/)/, homedir()) ?? join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'git/ignore')
  const general = [...load(join(commonDir, 'info/exclude'), ''), ...load(own, '')]

  const at = (folder: string, files: RuleFile[]): IgnoreRules => ({
    ignores(name, isFolder) {
      const path = `${folder}${name}${isFolder ? '/' : ''}`
      for (const { rules, base } of files) {
        const verdict = rules.test(path.slice(base.length))
        if (verdict.ignored) return true
        if (verdict.unignored) return false
      }
      return false
    },
    enter(name, hasOwn) {
      const below = `${folder}${name}/`
      return at(below, hasOwn ? [...load(join(worktree, below, '.gitignore'), below), ...files] : files)
    },
  })
  return at('', rootHasOwn ? [...load(join(worktree, '.gitignore'), ''), ...general] : general)
}
