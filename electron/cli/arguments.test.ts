import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GLOBAL_OPTIONS, parseArguments, UsageError, type Arguments } from './arguments.ts'
import { COMMANDS } from './command-list.ts'
import { taskOptions } from './commands/task-options.ts'

const parse = (...argv: string[]): Arguments => parseArguments(argv, COMMANDS)
const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return 'accepted'
}

test('options stand anywhere, with = or without, short or long', () => {
  expect(parse('--json', 'run', '-y', 'fix it', '--model=a/b', '--model', 'fast=c/d', '--priority', '-10', '--', '--not-an-option')).toEqual({
    command: 'run',
    positionals: ['fix it', '--not-an-option'],
    options: { json: true, yes: true, model: ['a/b', 'fast=c/d'], priority: ['-10'] },
  })
  expect(parse('run', '-')).toEqual({ command: 'run', positionals: ['-'], options: {} })
  expect(parse()).toEqual({ command: undefined, positionals: [], options: {} })
})

test.each([
  [['rnu'], 'there is no command "rnu"; did you mean "run"?'],
  [['run', '--modell', 'x/y'], '`rainy run` has no option "--modell"; did you mean "--model"?'],
  [['--mode', 'ask', 'run'], 'rainy has no option "--mode"'],
  [['show'], '`rainy show` needs ID'],
  [['show', 'a', 'b'], '`rainy show` does not take "b"'],
  [['run', '--mode'], '--mode needs a value (MODE)'],
  [['run', '--model', '--yes', 'x'], '--model needs a value ([ROLE=]PROVIDER/MODEL)'],
  [['run', '--yes=1'], '--yes takes no value'],
  [['run', '-x'], '`rainy run` has no option "-x"'],
  [['tasks', '--constructor'], '`rainy tasks` has no option "--constructor"'],
  [['__proto__'], 'there is no command "__proto__"'],
  [['decide', 'x'], '`rainy decide` needs rerun|skip|done'],
])('%j is refused: %s', (argv, message) => expect(refusal(() => parse(...argv))).toBe(message))

test('whatever is typed is parsed or refused as wrong usage', () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('-', '--', '---', '-=', '--=', '--json', '--help', '--model', '--priority', '-c', '-y', '--port', '--workspace=', '--mode=', ...COMMANDS.map(({ name }) => name), ...Object.keys(GLOBAL_OPTIONS).map((name) => `--${name}`)),
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (argv) => {
      expect(typeof refusal(() => taskOptions(parse(...argv)))).toBe('string')
    }),
    { numRuns: 2000 },
  )
})

test('the options of a task are what they say', () => {
  expect(taskOptions(parse('run', 'x', '--yes'))).toEqual({ mode: 'full-auto', trust: true })
  expect(taskOptions(parse('run', 'x', '--model', 'p/m', '--budget', '0.5', '--priority=-600', '--mode', 'plan', '--trust'))).toEqual({ mode: 'plan', models: { fast: ['p/m'], smart: ['p/m'], instant: ['p/m'] }, budgetUsd: 0.5, priority: -600, trust: true })
  expect(taskOptions(parse('run', 'x', '--model', 'fast=p/m', '--model', 'fast=groq/openai/gpt-oss', '--model', 'smart=a/b'))).toEqual({ models: { fast: ['p/m', 'groq/openai/gpt-oss'], smart: ['a/b'] } })
  expect(taskOptions(parse('resume'))).toEqual({})
})

test.each([
  [['--mode', 'full-atuo'], 'there is no mode "full-atuo"; did you mean "full-auto"?'],
  [['--mode', 'yolo'], 'there is no mode "yolo": plan, ask, auto-edit, full-auto'],
  [['--yes', '--mode', 'ask'], '--yes means --mode full-auto; it does not go with --mode ask'],
  [['--model', 'gpt'], '"gpt" names no model: write PROVIDER/MODEL'],
  [['--model', 'fsat=a/b'], 'there is no role "fsat"; did you mean "fast"?'],
  [['--budget', '0'], '--budget takes a number above 0, not "0"'],
  [['--budget', 'NaN'], '--budget takes a number above 0, not "NaN"'],
  [['--budget='], '--budget takes a number above 0, not ""'],
  [['--priority', '601'], '--priority takes a number at least -600, at most 600, not "601"'],
  [['--priority', '1e999'], '--priority takes a number at least -600, at most 600, not "1e999"'],
])('%j is refused: %s', (options, message) => expect(refusal(() => taskOptions(parse('run', 'x', ...options)))).toBe(message))
