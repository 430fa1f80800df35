import { rgPath } from '@vscode/ripgrep'
import { execFileSync } from 'node:child_process'
import { openHouse } from '../../electron/core/tools/executor.fixture.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { generateTree } from '../generate-tree.ts'
import { tempDir } from '../place.ts'
import { figure, median, round } from '../stats.ts'

const FILES = { full: 78_000, quick: 8000 }
const SEARCHES = { full: 10, quick: 4 }
const MARK = 'needleInTheStack'
/** Fewer matches than a call gives by default, so that both look at everything. */
const MATCHES = 80

/** `search_code` against the very ripgrep that it uses, one after the other in turns. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const count = quick ? FILES.quick : FILES.full
  using temp = tempDir('search')
  const house = await openHouse({ folder: temp.dir })
  try {
    generateTree(house.root, count, { mark: MARK, markEvery: Math.ceil(count / MATCHES) })
    const own: number[] = []
    const ripgrep: number[] = []
    const searches = quick ? SEARCHES.quick : SEARCHES.full
    for (let n = -1; n < searches; n += 1) {
      const theirs = timed(() => execFileSync(rgPath, ['--line-number', MARK, '.'], { cwd: house.root, stdio: 'pipe' }))
      const from = performance.now()
      const answer = await house.call('search_code', { pattern: MARK })
      const ours = performance.now() - from
      if ('error' in answer) throw new Error(answer.error.message)
      // The first of each warms the file cache.
      if (n < 0) continue
      own.push(ours)
      ripgrep.push(theirs)
    }
    say(`search: ${round(median(own))} ms, ripgrep ${round(median(ripgrep))} ms`)
    return {
      [`search_code, ${count} files`]: figure(own, { unit: 'ms' }),
      [`ripgrep itself, ${count} files`]: figure(ripgrep, { unit: 'ms' }),
      'search_code against ripgrep': figure([median(own) / median(ripgrep)], { unit: '×', target: 1.1 }),
    }
  } finally {
    await house.dispose()
  }
}

function timed(work: () => unknown): number {
  const from = performance.now()
  work()
  return performance.now() - from
}

export const search: FigureGroup = { name: 'search', run }
