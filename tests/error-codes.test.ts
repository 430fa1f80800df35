import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ERROR_TABLE, type ErrorCode } from '../shared/errors.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Codes of the contract that nothing here can produce yet, and why. */
const NOT_YET: Partial<Record<ErrorCode, string>> = {
  SANDBOX_UNAVAILABLE: 'commands run without a sandbox until hardening',
  CHECKPOINT_NOT_FOUND: 'rewind comes with hardening',
  REWIND_CONFLICT: 'rewind comes with hardening',
  BUDGET_EXHAUSTED: 'costs are not known before providers with prices: budgets come with them',
  TURN_LIMIT: 'parks the task with the reason turn-limit; a code is needed once the HTTP face gives one',
  TASK_TIMEOUT: 'parks the task with the reason time-limit; a code is needed once the HTTP face gives one',
}

const files = ['electron', 'shared', 'renderer', 'tests'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/')),
)
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) && path !== 'tests/error-codes.test.ts'
const isSource = (path: string): boolean => !path.startsWith('tests/') && !/\.(?:test|fake|fixture|test-process)\.tsx?$/.test(path) && path !== 'shared/errors.ts'
const textOf = (wanted: (path: string) => boolean): string => files.filter(wanted).map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n')

const sources = textOf(isSource)
const tests = textOf(isTest)
const codes = Object.keys(ERROR_TABLE) as ErrorCode[]
/** Named other than to be compared with. */
const produced = codes.filter((code) => new RegExp(`(?<![!=]== |case )'${code}'`).test(sources))

test('every code that can be produced is met by a test', () => {
  expect(produced.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual([])
})

test('every code is produced, or it is said why not yet', () => {
  expect(codes.filter((code) => !produced.includes(code))).toEqual(codes.filter((code) => code in NOT_YET))
})
