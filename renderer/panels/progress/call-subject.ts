import type { JsonValue } from '../../../shared/json.ts'

const SUBJECTS = ['command', 'path', 'pattern', 'message', 'filter', 'symbol'] as const

/** What a call is about, in a few words: its command, path or pattern. */
export function callSubject({ args }: { args: JsonValue | undefined }): string {
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return ''
  const subject = SUBJECTS.map((name) => args[name]).find((value) => typeof value === 'string' && value !== '')
  return typeof subject === 'string' ? subject : ''
}
