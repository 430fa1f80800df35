import { dirname, join } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import { isIgnored, type IgnoreLevel } from '../ignore-verdict.ts'
import type { FileStamp, Workspace, WorkspacePath } from '../../workspace/types.ts'

const IGNORE_FILE_LIMIT_BYTES = 1024 * 1024
/** Left out everywhere, whatever the rules say. */
const NEVER_SHOWN = new Set(['.git', 'node_modules'])

export interface IgnoreFile {
  path: WorkspacePath
  stamp: FileStamp
}

/** The rules that hold in a folder: its own, before those of the folders above it. */
export interface IgnoreRules {
  /** `name` is an entry of the folder. */
  ignores(name: string, isFolder: boolean): boolean
  /** The rules of a folder in it. */
  within(name: string): Promise<IgnoreRules>
}

/** The rules of git's ignore files (gitignore(5)) for a folder of the workspace. `onFile` is told of each file they came from. */
export async function ignoreRulesFor(workspace: Workspace, folder: WorkspacePath, onFile: (file: IgnoreFile) => void): Promise<IgnoreRules> {
  const { default: ignore } = await import('ignore')
  const load = async (relativeFolder: string): Promise<IgnoreLevel[]> => {
    const names = relativeFolder === '' ? ['.gitignore', '.git/info/exclude'] : [`${relativeFolder}/.gitignore`]
    const levels = await Promise.all(
      names.map(async (relative): Promise<IgnoreLevel[]> => {
        const path = { relative, absolute: join(workspace.root, relative) }
        const file = await readIfThere(workspace, path)
        if (!file) return []
        onFile({ path, stamp: file.stamp })
        return [{ base: relativeFolder === '' ? '' : `${relativeFolder}/`, rules: ignore({ allowRelativePaths: true }).add(Buffer.from(file.bytes).toString('utf8').replace(/^\ufeff/u, '')) }]
      }),
    )
    return levels.flat()
  }
  const rulesOf = (relativeFolder: string, levels: IgnoreLevel[]): IgnoreRules => ({
    ignores(name, isFolder) {
      if (NEVER_SHOWN.has(name)) return true
      const path = `${relativeFolder === '' ? name : `${relativeFolder}/${name}`}${isFolder ? '/' : ''}`
      return isIgnored(levels, path)
    },
    async within(name) {
      const inner = relativeFolder === '' ? name : `${relativeFolder}/${name}`
      return rulesOf(inner, [...(await load(inner)), ...levels])
    },
  })

  const chain = foldersDownTo(folder.relative)
  const levels = await Promise.all(chain.map(load))
  return rulesOf(chain.at(-1) ?? '', levels.toReversed().flat())
}

/** The root and each folder below it on the way. */
function foldersDownTo(relative: string): string[] {
  const chain: string[] = []
  for (let at = relative; at !== '.'; at = dirname(at)) chain.push(at)
  return ['', ...chain.toReversed()]
}

async function readIfThere(workspace: Workspace, path: WorkspacePath): Promise<{ bytes: Uint8Array; stamp: FileStamp } | undefined> {
  try {
    return await workspace.read(path, IGNORE_FILE_LIMIT_BYTES)
  } catch (error) {
    // No file, or none that can hold rules: then there are none.
    if (error instanceof RainyError) return undefined
    throw error
  }
}
