import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RainyError } from '../../../../shared/errors.ts'
import { readRegular } from '../../workspace/read-regular.ts'
import { configValue, parseGitConfig, type GitConfig } from './config-file.ts'
import { createObjectStore, type ObjectStore } from './object-store.ts'

/** A repository with a worktree, found from a folder in it. */
export interface Repository {
  /** Absolute path of the worktree. */
  worktree: string
  /** The folder asked for, from the worktree: `''` or `a/b/`. */
  prefix: string
  /** Of this worktree: HEAD, index. */
  gitDir: string
  /** Shared by all worktrees: objects, branches, config. */
  commonDir: string
  config: GitConfig
  objects: ObjectStore
}

export interface Head {
  /** Full name of the branch that HEAD stands on; undefined where it is detached. */
  ref: string | undefined
  /** Undefined where the branch has no commit yet. */
  oid: string | undefined
}

const OID = /^[0-9a-f]{40}$/
const SYMREF_LIMIT = 5

/** Throws NOT_A_REPOSITORY, also for what is one but cannot be read here. */
export function openRepository(root: string): Repository {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const gitDir = gitDirOf(folder)
    if (gitDir) return repositoryAt(folder, root, gitDir)
    if (dirname(folder) === folder) throw new RainyError('NOT_A_REPOSITORY', `${root} is not in a git repository. Run "git init" there first.`)
  }
}

/** The git folder of a worktree's root: `.git` itself, or what the file `.git` names (worktrees, submodules). */
export function gitDirOf(folder: string): string | undefined {
  const path = join(folder, '.git')
  const stat = statSync(path, { throwIfNoEntry: false })
  let gitDir: string | undefined = stat?.isDirectory() ? path : undefined
  if (stat?.isFile()) {
    const named = /^gitdir: (.+?)\n*$/.exec(readText(path) ?? '')?.[1]
    if (named) gitDir = resolve(folder, named)
  }
  return gitDir !== undefined && readText(join(gitDir, 'HEAD')) !== undefined ? gitDir : undefined
}

function repositoryAt(worktree: string, root: string, gitDir: string): Repository {
  const common = readText(join(gitDir, 'commondir'))?.trim()
  const commonDir = common ? resolve(gitDir, common) : gitDir
  const configPaths = [
    '/etc/gitconfig',
    join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'git/config'),
    join(homedir(), '.gitconfig'),
    join(commonDir, 'config'),
    join(gitDir, 'config.worktree'),
  ]
  const config = parseGitConfig(configPaths.map((path) => readText(path) ?? ''))
  const format = configValue(config, 'extensions.objectFormat') ?? 'sha1'
  const refStorage = configValue(config, 'extensions.refStorage') ?? 'files'
  if (format !== 'sha1' || refStorage !== 'files') throw new RainyError('NOT_A_REPOSITORY', `The repository at ${worktree} stores its objects or refs in a form that is not supported (${format}, ${refStorage}). Use run_command with git.`)
  const below = relative(worktree, resolve(root)).split(sep).join('/')
  return { worktree, prefix: below === '' ? '' : `${below}/`, gitDir, commonDir, config, objects: createObjectStore(join(commonDir, 'objects')) }
}

export function readHead({ gitDir, commonDir }: Pick<Repository, 'gitDir' | 'commonDir'>): Head {
  const text = readText(join(gitDir, 'HEAD'))?.trim() ?? ''
  const ref = /^ref: *(.+)$/.exec(text)?.[1]
  if (ref === undefined) return { ref, oid: OID.test(text) ? text : undefined }
  return { ref, oid: readRef({ gitDir, commonDir }, ref) }
}

/** The commit or tag that a full ref name stands for. */
export function readRef({ gitDir, commonDir }: Pick<Repository, 'gitDir' | 'commonDir'>, name: string): string | undefined {
  let ref = name
  for (let hops = 0; hops < SYMREF_LIMIT; hops += 1) {
    if (!isSafeRef(ref)) return undefined
    const text = (readText(join(gitDir, ref)) ?? readText(join(commonDir, ref)))?.trim()
    if (text === undefined) return packedRef(commonDir, ref)
    const next = /^ref: *(.+)$/.exec(text)?.[1]
    if (next === undefined) return OID.test(text) ? text : undefined
    ref = next
  }
  return undefined
}

/** A name that could leave the git folder is no ref: HEAD of an untrusted repository may say anything. */
export function isSafeRef(ref: string): boolean {
  return !isAbsolute(ref) && !ref.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock')) && !/[\0-\u0020~^:?*[\\\u007F]/.test(ref)
}

function packedRef(commonDir: string, ref: string): string | undefined {
  const packed = readText(join(commonDir, 'packed-refs')) ?? ''
  const line = packed.split('\n').find((one) => one.endsWith(` ${ref}`))
  return line && OID.test(line.slice(0, 40)) && line.length === 41 + ref.length ? line.slice(0, 40) : undefined
}

export function readText(path: string): string | undefined {
  try {
    return readRegular(path).toString('utf8')
  } catch {
    return undefined
  }
}
