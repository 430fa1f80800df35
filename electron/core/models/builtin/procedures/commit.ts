import { failedWith, failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { listed } from '../words.ts'

const SUBJECT_LIMIT = 72

/** One imperative line made of the user's own words. */
export function commitMessage(task: string): string {
  const [line = ''] = task.trim().split('\n', 1)
  const first = line
    .replace(/^(?:please|kindly|can you|could you|would you)\s+/i, '')
    .replace(/[,;.]?\s*(?:\b(?:and|then|finally)\s+)*(?:git )?(?:make a |create a )?\bcommit\b.*$/i, '')
    .replace(/[\s.,;:!?]+$/, '')
  const subject = first === '' ? 'Update files' : `${first[0]?.toUpperCase()}${first.slice(1)}`
  return subject.length <= SUBJECT_LIMIT ? subject : `${subject.slice(0, SUBJECT_LIMIT - 1).replace(/\s+\S*$/, '')}…`
}

/** The paths of a `git_status` result: two letters, then the path, or two with an arrow between. */
function changedPaths(content: string): string[] {
  return content.split('\n').slice(1).map((line) => line.slice(3).replace(/^.* -> /, '')).filter((path) => path !== '')
}

/** `paths`: only these, where it is known which belong to the task. */
export function* commit(message: string, paths: string[]): Procedure {
  const [status] = yield { text: 'I look at what changed.', calls: [{ name: 'git_status', args: {} }] }
  if (failedWith(status, 'NOT_A_REPOSITORY')) return { ok: false, text: 'This folder is no git repository: nothing was committed.' }
  const why = failureOf(status)
  if (why !== undefined) return { ok: false, text: `I could not see what changed: ${why}` }
  const changed = changedPaths(status?.content ?? '')
  if (changed.length === 0) return { ok: true, text: 'There is nothing to commit.' }
  const own = paths.filter((path) => changed.includes(path))
  const [result] = yield { text: `I commit: ${message}`, calls: [{ name: 'git_commit', args: { message, ...(own.length > 0 ? { paths: own } : {}) } }] }
  if (failedWith(result, 'NOTHING_TO_COMMIT')) return { ok: true, text: 'There is nothing to commit.' }
  const failure = failureOf(result)
  if (failure !== undefined) return { ok: false, text: `The commit failed: ${failure}` }
  const id = /\b[0-9a-f]{40}\b/.exec(result?.content ?? '')?.[0]
  return { ok: true, text: `I committed${id ? ` ${id.slice(0, 9)}` : ''}: ${message}${own.length > 0 ? ` (${listed(own)})` : ''}.` }
}
