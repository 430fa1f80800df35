import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { generateTree } from '../generate-tree.ts'
import { startNode, succeed, tempDir } from '../place.ts'
import { figure, median, round } from '../stats.ts'

const FILES = { full: 27_000, quick: 3000 }
const ROUNDS = { full: 10, quick: 3 }
const CHANGED = 5

const seenSchema = z.object({
  own: z.array(z.number()),
  git: z.array(z.number()),
  peakMib: z.number(),
  answer: z.object({ result: z.object({ files: z.array(z.unknown()) }) }),
})

/** `git_status` in a fresh process against git itself: the first time, then with the index read. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const count = quick ? FILES.quick : FILES.full
  using temp = tempDir('git')
  const root = join(temp.dir, 'workspace')
  mkdirSync(root)
  generateTree(root, count, { mark: 'none', markEvery: count + 1 })
  const git = (...args: string[]): Buffer => execFileSync('git', ['-C', root, '-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'gc.auto=0', ...args], { stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Begin')
  for (let n = 0; n < CHANGED; n += 1) writeFileSync(join(root, 'area-0', 'part-0', `module-${n}.ts`), `changed ${n}\n`)
  const { stdout } = await succeed(startNode([fileURLToPath(new URL('../processes/git-status.ts', import.meta.url)), temp.dir, String(quick ? ROUNDS.quick : ROUNDS.full)]))
  const seen = seenSchema.parse(JSON.parse(stdout))
  if (seen.answer.result.files.length !== CHANGED) throw new Error(`git_status found ${seen.answer.result.files.length} changes instead of ${CHANGED}`)
  const [first = Number.NaN, ...warm] = seen.own
  const theirs = seen.git.slice(1)
  say(`git-status: first ${round(first)}, warm ${round(median(warm))}, git ${round(median(theirs))} ms`)
  return {
    [`git_status, ${count} files, the very first time`]: figure([first], { unit: 'ms', target: 4000 }),
    [`git_status, ${count} files`]: figure(warm, { unit: 'ms' }),
    [`git itself, ${count} files`]: figure(theirs, { unit: 'ms' }),
    'git_status against git': figure([median(warm) / median(theirs)], { unit: '×', target: 1 }),
    'git_status, peak resident of its process': figure([seen.peakMib], { unit: 'MiB', target: 300 }),
  }
}

export const gitStatus: FigureGroup = { name: 'git-status', run }
