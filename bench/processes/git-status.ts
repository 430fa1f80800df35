import { execFileSync } from 'node:child_process'
import { openHouse } from '../../electron/core/tools/executor.fixture.ts'

/** `node git-status.ts FOLDER ROUNDS`: `git_status` and git itself in FOLDER/workspace, in turns. Prints times and this process's peak memory. */
const [, , folder = '', rounds = '1'] = process.argv

const house = await openHouse({ folder })
const own: number[] = []
const git: number[] = []
for (let n = 0; n <= Number(rounds); n += 1) {
  own.push(await timed(() => house.call('git_status', {})))
  git.push(await timed(() => execFileSync('git', ['status', '--porcelain=v2', '--branch'], { cwd: house.root, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' }, stdio: 'pipe' })))
}
const answer = await house.call('git_status', {})
await house.dispose()
process.stdout.write(`${JSON.stringify({ own, git, peakMib: process.resourceUsage().maxRSS / 1024, answer })}\n`)

async function timed(work: () => unknown): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
