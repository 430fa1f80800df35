import ignore from 'ignore'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isIgnored, type IgnoreLevel } from '../ignore-verdict.ts'
import { configFlag, configValue } from './config-file.ts'
import { readText, type Repository } from './repository.ts'

/** The rules that hold in one folder: its own `.gitignore`'s and those of the folders above it. */
export interface IgnoreRules {
  /** `name` is in the folder. The folder itself is not ignored. */
  ignores(name: string, isFolder: boolean): boolean
  /** The rules of a subfolder. `hasOwn`: it has a `.gitignore`. */
  enter(name: string, hasOwn: boolean): IgnoreRules
}

/** gitignore(5): the deepest file that says something decides; then `info/exclude`; then the user's own. */
export function ignoreRules({ worktree, commonDir, config }: Pick<Repository, 'worktree' | 'commonDir' | 'config'>, rootHasOwn: boolean): IgnoreRules {
  const ignorecase = configFlag(config, 'core.ignorecase', false)
  const load = (path: string, base: string): IgnoreLevel[] => {
    const text = readText(path)
    return text === undefined ? [] : [{ rules: ignore({ ignorecase, allowRelativePaths: true }).add(text.replace(/^\uFEFF/, '')), base }]
  }
  const own = configValue(config, 'core.excludesFile')?.replace(/^~(?=\/)/, homedir()) ?? join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'git/ignore')
  const general = [...load(join(commonDir, 'info/exclude'), ''), ...load(own, '')]

  const at = (folder: string, files: IgnoreLevel[]): IgnoreRules => ({
    ignores: (name, isFolder) => isIgnored(files, `${folder}${name}${isFolder ? '/' : ''}`),
    enter(name, hasOwn) {
      const below = `${folder}${name}/`
      return at(below, hasOwn ? [...load(join(worktree, below, '.gitignore'), below), ...files] : files)
    },
  })
  return at('', rootHasOwn ? [...load(join(worktree, '.gitignore'), ''), ...general] : general)
}
