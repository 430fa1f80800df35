import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'

/** For tests: a repository made by the real git, and random things done to it. */
export interface TestRepository extends Disposable {
  dir: string
  git(...args: string[]): string
  write(path: string, content: string | Buffer): void
}

const ENV = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@b' }

export function createTestRepository(): TestRepository {
  const dir = mkdtempSync(join(tmpdir(), 'repository-'))
  const repository: TestRepository = {
    dir,
    git: (...args) => execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: dir, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    write(path, content) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), content)
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
  repository.git('init', '-q', '-b', 'main')
  return repository
}

export interface ParsedStatus {
  branch: string
  files: Array<{ path: string; index: string; worktree: string; from?: string }>
}

/** What the real git says, in our words. */
export function realStatus({ git }: TestRepository): ParsedStatus {
  const fields = git('status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all').split('\0')
  const status: ParsedStatus = { branch: '', files: [] }
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at]!
    const words = field.split(' ')
    const letters = { index: words[1]?.[0] ?? '', worktree: words[1]?.[1] ?? '' }
    if (field.startsWith('# branch.head ')) status.branch = field.slice(14)
    if (field.startsWith('1 ')) status.files.push({ path: words.slice(8).join(' '), ...letters })
    if (field.startsWith('2 ')) status.files.push({ path: words.slice(9).join(' '), ...letters, from: fields[(at += 1)]! })
    if (field.startsWith('u ')) status.files.push({ path: words.slice(10).join(' '), ...letters })
    if (field.startsWith('? ')) status.files.push({ path: field.slice(2), index: '?', worktree: '?' })
  }
  status.files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  return status
}

const PATHS = ['a.txt', 'b.txt', 'd/a.txt', 'd/c.txt', 'd/e/f.txt', 'd/e/g.log', 'with space/ünï.txt', 'build/out.txt', 'build/keep.txt', 'd', 'x.log', 'd/e']
const path = fc.constantFrom(...PATHS)
const text = fc.array(fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six', 'seven', 'a rather longer line than the others'), { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\n`).join(''))
const rules = fc.array(fc.constantFrom('*.log', 'build/', '!build/keep.txt', '/a.txt', 'd/**/f.txt', '!x.log', 'e', '# nothing', '[ab].txt', '\\!x', '**/c.txt', 'd/*', '!d/e/'), { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`)

export const actionArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), path, text }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), path }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('chmod' as const), path, mode: fc.constantFrom(0o644, 0o755) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), path, text: fc.constantFrom('a.txt', 'd', 'nowhere') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('git' as const), args: fc.oneof(path.map((one) => ['add', '-f', one]), path.map((one) => ['rm', '-q', '--cached', '-r', one]), path.map((one) => ['add', '-f', '-N', one]), fc.constant(['add', '-A']), path.map((one) => ['update-index', '--skip-worktree', one]), fc.constant(['gc', '-q'])) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'git' as const, args: ['commit', '-q', '-a', '-m', 'x'] }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ignore' as const), folder: fc.constantFrom('', 'd/', 'build/'), text: rules }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('conflict' as const), path, text, other: text }) },
  { weight: 1, arbitrary: fc.constant({ do: 'detach' as const }) },
)
export type Action = typeof actionArbitrary extends fc.Arbitrary<infer T> ? T : never

/** Does it as far as it can be done: random actions often make no sense. */
export function perform(repository: TestRepository, action: Action): void {
  const at = (path: string): string => join(repository.dir, path)
  try {
    if (action.do === 'write') repository.write(action.path, action.text)
    if (action.do === 'delete') rmSync(at(action.path), { recursive: true, force: true })
    if (action.do === 'move' && action.path !== action.to) {
      mkdirSync(dirname(at(action.to)), { recursive: true })
      renameSync(at(action.path), at(action.to))
    }
    if (action.do === 'chmod' && lstatSync(at(action.path)).isFile()) chmodSync(at(action.path), action.mode)
    if (action.do === 'link' && !existsSync(at(action.path))) symlinkSync(action.text, at(action.path))
    if (action.do === 'git') repository.git(...action.args)
    if (action.do === 'ignore') repository.write(`${action.folder}.gitignore`, action.text)
    if (action.do === 'detach') repository.git('checkout', '-q', '--detach')
    if (action.do === 'conflict') makeConflict(repository, action)
  } catch {
    // It made no sense here.
  }
}

function makeConflict({ git, write }: TestRepository, { path, text, other }: { path: string; text: string; other: string }): void {
  git('checkout', '-q', '-f', '-B', 'side')
  write(path, text)
  git('add', '-f', path)
  git('commit', '-q', '--allow-empty', '-m', 'side')
  git('checkout', '-q', '-f', '-B', 'main', 'HEAD~1')
  write(path, other)
  git('add', '-f', path)
  git('commit', '-q', '--allow-empty', '-m', 'main')
  git('merge', '-q', 'side')
}
