import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asksForCommit, classifyIntent, fileNames, needsPlanner } from './intent.ts'
import { type Intent, intentSchema } from './tasks.ts'

const FULL = { workspaceEmpty: false }
const EMPTY = { workspaceEmpty: true }

describe('what is asked for is seen from the words', () => {
  test.each<[string, Intent]>([
    ['create a node library called slugify', 'create_project'],
    ['create a command-line tool called wc that counts words', 'create_project'],
    ['Please build me a small web server', 'create_project'],
    ['make a cli that prints the weather', 'create_project'],
    ['write a script that renames photos', 'create_project'],
    ['say hi', 'chat'],
    ['fix the failing test', 'edit_code'],
  ])('in an empty folder: %s', (text, intent) => expect(classifyIntent(text, EMPTY)).toBe(intent))

  test.each<[string, Intent]>([
    ['create a new node library called slugify', 'create_project'],
    ['scaffold an app', 'create_project'],
    ['create an api endpoint for users', 'edit_code'],
    ['add a tool to the project', 'edit_code'],
    ['create a function in the library that trims', 'edit_code'],
    ['fix the typo in src/a.ts', 'edit_code'],
    ['Could you please add a test for parse()?', 'edit_code'],
    ['replace "foo" with "bar" in src/a.ts and commit', 'edit_code'],
    ['run the tests and fix what fails', 'edit_code'],
    ['look for the bug in a.ts and fix it', 'edit_code'],
    ['apply the quick fixes in src', 'edit_code'],
    ['rename the function foo to bar', 'refactor'],
    ['refactor the parser', 'refactor'],
    ['extract the http code into its own module', 'refactor'],
    ['run npm test', 'run_command'],
    ['run the tests', 'run_command'],
    ['npm test', 'run_command'],
    ['commit my changes', 'run_command'],
    ['git status', 'run_command'],
    ['explain src/a.ts', 'explain_code'],
    ['How does the parser work?', 'explain_code'],
    ['what does this project do', 'explain_code'],
    ['search for TODO', 'explain_code'],
    ['find where login is called', 'explain_code'],
    ['how do I run the tests?', 'explain_code'],
    ['write a README', 'write_docs'],
    ['update the documentation of the API', 'write_docs'],
    ['document the public functions', 'write_docs'],
    ['say hi', 'chat'],
    ['hello', 'chat'],
    ['thanks!', 'chat'],
    ['Füge eine Funktion hinzu', 'chat'],
    ['', 'chat'],
  ])('in a project: %s', (text, intent) => expect(classifyIntent(text, FULL)).toBe(intent))

  test('any text has an intent, and politeness and case do not change it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, workspaceEmpty) => {
        const intent = classifyIntent(text, { workspaceEmpty })
        expect(intentSchema.options).toContain(intent)
      }),
    )
    const orders = ['fix the bug in a.ts', 'refactor the parser', 'run npm test', 'explain src/a.ts', 'write a README', 'create a new node library']
    fc.assert(
      fc.property(fc.constantFrom(...orders), fc.constantFrom('please ', 'Could you ', 'can you please ', "let's ", 'Now, '), fc.boolean(), (order, polite, loud) => {
        const said = polite + order
        expect(classifyIntent(loud ? said.toUpperCase() : said, FULL)).toBe(classifyIntent(order, FULL))
      }),
    )
  })

  test('a very long text costs no more than a short one', () => {
    const long = `fix this: ${'a and then b, '.repeat(70_000)}`
    const started = performance.now()
    expect(classifyIntent(long, FULL)).toBe('edit_code')
    expect(needsPlanner(long)).toBe(false)
    expect(asksForCommit(long)).toBe(false)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('a commit is made where it is asked for', () => {
  test.each(['fix a.ts and commit', 'Fix it, then commit the change', 'fix it. Commit with the message "x"', 'commit my changes', 'do this and make a commit', 'fix it and git commit', 'fix it, please commit'])('%s', (text) => {
    expect(asksForCommit(text)).toBe(true)
  })
  test.each(["fix it but don't commit", 'fix it and do not commit', 'explain the last commit', 'add a commit message template', 'how do I commit?', 'fix the commit hook', 'show commits', 'fix it without a commit'])('not: %s', (text) => {
    expect(asksForCommit(text)).toBe(false)
  })
})

describe('a plan is made where several things are asked for', () => {
  test.each(['change src/a.ts and src/b.ts to use x', 'add a logger and remove the console calls', 'do this:\n- one thing\n- another thing', 'rename foo across the project', 'add types to all files'])('%s', (text) => {
    expect(needsPlanner(text)).toBe(true)
  })
  test.each(['fix the typo in src/a.ts', 'fix src/a.ts and commit', 'add a function and its tests', 'use node.js 24.1 in package.json', 'fix it, then commit it with message "a and b"'])('not: %s', (text) => {
    expect(needsPlanner(text)).toBe(false)
  })
})

test('names of files are found among words', () => {
  expect(fileNames('see src/a.test.ts, ./b.js and "c/d.py"; e.g. v1.2 or http://x.org/y.html, Node.js.')).toEqual(['src/a.test.ts', './b.js', 'c/d.py'])
})
