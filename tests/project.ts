import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Writes a project's files; with `git`, commits them as its first commit. */
export function writeProject(root: string, files: Record<string, string>, { git = false } = {}): void {
  mkdirSync(root, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  if (!git) return
  const run = (...args: string[]): Buffer => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })
  run('init', '--quiet', '--initial-branch=main')
  run('config', 'user.name', 'Tester')
  run('config', 'user.email', 'tester@example.com')
  run('add', '--all')
  run('commit', '--quiet', '--message', 'Begin')
}
