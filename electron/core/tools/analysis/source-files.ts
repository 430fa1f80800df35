import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import { ignoreRules, type IgnoreRules } from '../git/ignore-rules.ts'

export interface SourceFile {
  /** From the root, with `/`. */
  path: string
  /** Differs whenever the file does. */
  stamp: string
}

/** More files than this are not looked at. */
export const SOURCE_FILES_LIMIT = 20_000
const NEVER = new Set(['node_modules', '.git'])

/** The workspace's own files with one of these endings, in order of path: no dependencies, nothing that git ignores. */
export async function listSourceFiles(root: string, extensions: ReadonlySet<string>, signal: AbortSignal): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  const visit = async (absolute: string, prefix: string, rulesAt: (hasOwn: boolean) => IgnoreRules): Promise<void> => {
    if (signal.aborted) throw new RainyError('CANCELLED', 'Listing the workspace was cancelled.', { cause: signal.reason })
    // A folder that was removed meanwhile, or may not be read, holds nothing for us.
    const found = (await readdir(absolute, { withFileTypes: true }).catch(() => [])).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const rules = rulesAt(found.some((one) => one.name === '.gitignore'))
    const stamps = await Promise.all(
      found.map(async (one) => {
        if (!one.isFile() || !extensions.has(extensionOf(one.name)) || rules.ignores(one.name, false)) return undefined
        const stat = await lstat(join(absolute, one.name), { bigint: true }).catch(() => undefined)
        return stat && [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
      }),
    )
    for (const [index, one] of found.entries()) {
      if (files.length >= SOURCE_FILES_LIMIT) return
      const stamp = stamps[index]
      if (stamp !== undefined) files.push({ path: prefix + one.name, stamp })
      if (one.isDirectory() && !NEVER.has(one.name) && !rules.ignores(one.name, true)) {
        await visit(join(absolute, one.name), `${prefix}${one.name}/`, (hasOwn) => rules.enter(one.name, hasOwn))
      }
    }
  }
  const repository = { worktree: root, commonDir: join(root, '.git'), config: new Map() }
  await visit(root, '', (hasOwn) => ignoreRules(repository, hasOwn))
  return files
}

export function extensionOf(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot <= path.lastIndexOf('/') + 1 && dot <= 0 ? '' : path.slice(dot)
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '.' || folder === '' || path === folder || path.startsWith(`${folder}/`)
}
