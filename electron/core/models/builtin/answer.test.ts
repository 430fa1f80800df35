import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Activation, phaseSchema, planAnswerSchema, reviewAnswerSchema } from '../../../../shared/activation.ts'
import type { ModelMessage } from '../../../../shared/model.ts'
import { answerByRules } from './answer.ts'
import { applyTextEdits } from './diagnostics.ts'
import { playConversation, templates, ToolError } from './conversation.fixture.ts'

const passing = { run_tests: () => 'node:test: 9 passed, 0 failed, 0 skipped' }
const TASK = 'create a node library called slugify'

describe('small talk', () => {
  test.each(['hi', 'say hi', 'Hello!', 'thanks', 'who are you?', 'what can you do'])('%j is one short answer, without a tool', (task) => {
    const { answers, calls, text } = playConversation(task)
    expect([answers.length, calls]).toEqual([1, []])
    expect(answers[0]?.cannot).toBeUndefined()
    expect(text.length).toBeLessThan(600)
  })

  test('it says that it is not an LLM, and what it can do', () => {
    expect(playConversation('what can you do').text).toMatch(/not an LLM.*create a project.*rename/)
  })
})

describe('a new project', () => {
  test('is planned as one step that names its files', () => {
    const { text, calls } = playConversation({ phase: 'plan-structure', task: TASK }, { agent: 'planner' })
    expect(calls.map(({ name }) => name)).toEqual(['list_dir'])
    const { steps } = planAnswerSchema.parse(JSON.parse(text))
    expect(steps).toMatchObject([{ agent: 'coder', title: 'Create a node library called slugify', files: expect.arrayContaining(['package.json', 'src/index.js', 'test/index.test.js']) }])
  })

  test('is created from its template in one batch, then tested', () => {
    const files = new Map<string, string>()
    const { answers, text } = playConversation({ phase: 'create-files', task: TASK, step: 'Create a node library called slugify' }, { files, handlers: passing })
    expect(answers.map(({ calls }) => [...new Set(calls.map(({ name }) => name))])).toEqual([['list_dir'], ['create_file'], ['run_tests'], []])
    expect([...files.keys()]).toEqual(['.gitignore', 'LICENSE', 'README.md', 'package.json', 'src/index.js', 'test/index.test.js'])
    expect(files.get('src/index.js')).toContain('export function slugify(text')
    expect(files.get('LICENSE')).toContain('2026')
    expect(text).toBe('I created slugify from the template node-library. All 9 tests pass.')
  })

  test('goes into a folder of its own where the workspace holds something else', () => {
    const files = new Map([['package.json', '{}']])
    const { calls, text } = playConversation({ phase: 'create-files', task: 'make a command-line tool named "Hello World"' }, { files, handlers: passing })
    expect([...files.keys()]).toEqual(expect.arrayContaining(['hello-world/package.json', 'hello-world/bin/hello-world.js']))
    expect(calls.at(-1)).toEqual({ name: 'run_tests', args: { path: 'hello-world' } })
    expect(text).toContain('in hello-world/')
  })

  test('leaves a file alone that is there, and says so', () => {
    const files = new Map([['LICENSE', 'mine']])
    expect(playConversation({ phase: 'create-files', task: TASK }, { files, handlers: passing }).text).toContain('I left what was there as it was: LICENSE.')
    expect(files.get('LICENSE')).toBe('mine')
  })

  test('is created also where tests cannot be run', () => {
    expect(playConversation({ phase: 'create-files', task: TASK }).text).toContain('no way to run its tests here')
  })

  test('whose tests fail is reported as it is', () => {
    const handlers = { run_tests: () => 'node:test: 8 passed, 1 failed, 0 skipped\nFAILED accents\nnot equal\nmore' }
    expect(playConversation({ phase: 'create-files', task: TASK }, { handlers }).text).toContain('1 test failed, 8 passed: accents (not equal)')
  })

  test.each([
    ['create a node library called slugify', 'node-library', 'slugify'],
    ['Create a new npm package named "@acme/clamp" that keeps numbers in a range', 'node-library', '@acme/clamp'],
    ['build a slugify library', 'node-library', 'slugify'],
    ['please create a CLI tool called greet', 'node-cli', 'greet'],
    ['make a command line program called count-words', 'node-cli', 'count-words'],
    ['create a typescript library called foo', 'node-library', 'foo'],
    ['create a node library', 'node-library', 'my-project'],
  ])('%j is understood', (task, template, name) => {
    const files = new Map<string, string>()
    playConversation({ phase: 'create-files', task }, { files, handlers: passing })
    expect(JSON.parse(files.get('package.json') ?? '{}').name).toBe(name)
    expect([...files.keys()].some((path) => path.startsWith('bin/'))).toBe(template === 'node-cli')
  })

  test.each(['create a python library called slugify', 'create a react app called shop', 'create a website'])('%j is more than it can', (task) => {
    expect(playConversation({ phase: 'plan-structure', task }, { agent: 'planner' }).answers[0]).toMatchObject({ cannot: true, text: expect.stringMatching(/I cannot do this.*not an LLM/) })
  })
})

describe('renaming', () => {
  const files = (): Map<string, string> =>
    new Map([
      ['src/a.js', "import { total } from './total.js'\n// total of all\nexport const grandTotal = total([1]) + total([2])\n"],
      ['src/total.js', "export function total(items) {\n  return `${total.name}: total`.length + items['total']\n}\n"],
      ['notes.md', 'total\n'],
      ['src/b.js', 'export const subtotal = 1\n'],
    ])

  test('changes whole identifiers in all code files and no text in quotes', () => {
    const disk = files()
    const { text, answers } = playConversation('rename the function total to sum', { files: disk })
    expect(Object.fromEntries(disk)).toEqual({
      'src/a.js': "import { sum } from './total.js'\n// sum of all\nexport const grandTotal = sum([1]) + sum([2])\n",
      'src/total.js': "export function sum(items) {\n  return `${sum.name}: sum`.length + items['total']\n}\n",
      'notes.md': 'total\n',
      'src/b.js': 'export const subtotal = 1\n',
    })
    expect(text).toContain('in 7 places of 2 files')
    expect(answers[1]?.calls.map(({ name }) => name)).toEqual(['read_file', 'read_file', 'read_file'])
  })

  test.each([
    ['rename total to subtotal', /subtotal is there already \(src\/b\.js:1\)/],
    ['rename total to class', /a word of the language/],
    ['rename nothing1 to x', /found no nothing1/],
  ])('%j changes nothing and says why', (task, why) => {
    const disk = files()
    expect(playConversation(task, { files: disk }).text).toMatch(why)
    expect(disk).toEqual(files())
  })
})

describe('replacing text', () => {
  test('goes through all files, or the one that is named', () => {
    const disk = new Map([['a.txt', 'red and red'], ['b.txt', 'red']])
    expect(playConversation('replace "red" with "dark blue" in a.txt', { files: disk }).text).toContain('in a.txt')
    expect(Object.fromEntries(disk)).toEqual({ 'a.txt': 'dark blue and dark blue', 'b.txt': 'red' })
    playConversation('replace all `red` with `$1 "x"`', { files: disk })
    expect(disk.get('b.txt')).toBe('$1 "x"')
  })

  test('says so where the text is nowhere', () => {
    expect(playConversation('replace "x" with "y"', { files: { a: 'z' } }).text).toContain('nothing was replaced')
    expect(playConversation('replace "x" with "y" in gone.txt', { files: { a: 'z' } }).text).toContain('gone.txt does not exist')
  })
})

describe('commands and tests', () => {
  const run_command = ({ command }: { command: string }): string => (command === 'false' ? 'exit 1\nno\n' : `exit 0\nran ${command}\n`)

  test.each([
    ['run echo hi', 'echo hi'],
    ['run `npm run build` and tell me what it says', 'npm run build'],
    ['please execute "ls -la | wc -l"', 'ls -la | wc -l'],
    ['npm test', 'npm test'],
    ['run the build', 'npm run build'],
    ['install the dependencies', 'npm install'],
  ])('%j runs %j', (task, command) => {
    const { calls, text } = playConversation(task, { agent: 'terminal', handlers: { run_command } })
    expect(calls).toEqual([{ name: 'run_command', args: { command } }])
    expect(text).toContain(`ran ${command}`)
  })

  test('a command that fails is told with its exit code, and what follows is not done', () => {
    const { calls, text } = playConversation('run false, then run echo hi', { handlers: { run_command } })
    expect(calls).toHaveLength(1)
    expect(text).toMatch(/exit code 1[^]*no/)
  })

  test('a command that was denied is told as it is', () => {
    const handlers = { run_command: () => { throw new ToolError('DENIED', 'The user said no.') } }
    expect(playConversation('run rm x', { handlers }).text).toBe('rm x did not run: The user said no.')
  })

  test.each(['run the tests', 'run all tests', 'test the project', 'run the test suite and tell me how it went'])('%j uses run_tests', (task) => {
    expect(playConversation(task, { agent: 'terminal', handlers: passing })).toMatchObject({ calls: [{ name: 'run_tests' }], text: 'All 9 tests pass.' })
  })

  test('no tests is not a pass', () => {
    const none = { run_tests: () => { throw new ToolError('NO_TEST_RUNNER', 'There is none.') } }
    expect(playConversation('run the tests', { handlers: none }).text).toContain('no tests that I could run')
    const empty = { run_tests: () => 'node:test: 0 passed, 0 failed, 0 skipped' }
    expect(playConversation('run the tests', { handlers: empty }).text).toContain('No test ran')
  })
})

describe('looking', () => {
  const files = { 'src/a.js': '/** Adds numbers. */\nexport function add(a, b) {\n  return a + b\n}\n', 'README.md': '# x\n\nSmall sums.\n', 'package.json': '{"name":"sums","scripts":{"test":"node --test"}}' }
  const analyze_code = (): string => 'javascript\nimport x from ./b.js\nfunction add 2-4\nexports: add'

  test.each([['search for add'], ['find all uses of "add"'], ['where is add defined?'], ['grep add in src']])('%j searches', (task) => {
    expect(playConversation(task, { files }).text).toContain('src/a.js:2: export function add(a, b)')
  })

  test('a file is explained from its outline', () => {
    const { text } = playConversation('explain src/a.js', { files, handlers: { analyze_code } })
    expect(text).toContain('src/a.js has 4 lines. It says of itself: Adds numbers. It is javascript.')
    expect(text).toContain('It uses ./b.js. It offers add.')
    expect(text).toContain('function add 2-4')
    expect(text).toContain('not an LLM')
  })

  test('a file without an outline is shown by its beginning, and one that is not there named', () => {
    const handlers = { analyze_code: () => { throw new ToolError('BAD_REQUEST', 'no language') } }
    expect(playConversation('what does README.md say?', { files, handlers }).text).toContain('Small sums.')
    expect(playConversation('what does README.md say?', { files }).text).toContain('Small sums.')
    expect(playConversation('explain gone.js', { files, handlers }).text).toContain('gone.js does not exist')
  })

  test('the project is explained from its files', () => {
    expect(playConversation('explain this project', { files }).text).toMatch(/This is sums\. Its scripts: test\. Its README says: Small sums\./)
  })
})

describe('quick fixes', () => {
  test('are applied until none is left, and what has none is named', () => {
    const disk = new Map([['a.ts', 'lte x = 1\r\nfoo()\r\nlte ü = "ü"; retrun\r\n']])
    const fixFor = (word: string, newText: string): string[] =>
      (disk.get('a.ts') ?? '').split('\n').flatMap((text, index) => {
        const edit = { path: 'a.ts', line: index + 1, column: text.indexOf(word) + 1, endLine: index + 1, endColumn: text.indexOf(word) + 1 + word.length, newText }
        return text.includes(word) ? [`a.ts:${edit.line}:${edit.column} error ts 1: ${word}?`, `  fix: Change to ${newText} ${JSON.stringify([edit])}`] : []
      })
    const get_diagnostics = (): string => [...fixFor('lte', 'let'), ...fixFor('retrun', 'return'), 'a.ts:2:1 error ts 2304: no foo', '  fix: Add it [{"path":"a.ts"}]'].join('\n')
    const { text } = playConversation({ phase: 'fix', task: 'x', files: ['a.ts'], findings: { tests: [], diagnostics: ['a.ts:1'], review: '' } }, { files: disk, handlers: { get_diagnostics } })
    expect(disk.get('a.ts')).toBe('let x = 1\r\nfoo()\r\nlet ü = "ü"; return\r\n')
    expect(text).toMatch(/I applied 3 quick fixes: .*no fix that helps for 1 diagnostic: a\.ts:2: ts 2304: no foo/)
  })

  test('that overlap or lie outside the file are left alone', () => {
    const edit = { path: 'a', line: 1, column: 1, endLine: 1, endColumn: 3, newText: 'x' }
    expect(applyTextEdits('abc', [edit, { ...edit, column: 3, endColumn: 3 }])).toBe('xxc')
    expect(applyTextEdits('abc', [edit, { ...edit, column: 2 }])).toBeUndefined()
    expect(applyTextEdits('abc', [{ ...edit, endLine: 4 }])).toBeUndefined()
    expect(applyTextEdits('abc', [{ ...edit, endColumn: 9 }])).toBeUndefined()
  })

  test('no diagnostics is nothing to fix', () => {
    expect(playConversation('fix the type errors', { handlers: { get_diagnostics: () => 'No diagnostics.' } }).text).toContain('nothing to fix')
  })

  test('a failed test is not mended by rules: it says so and changes nothing', () => {
    const { calls, text } = playConversation({ phase: 'fix', task: 'x', findings: { tests: ['adds: 1 != 2'], diagnostics: [], review: '' } })
    expect(calls).toEqual([])
    expect(text).toMatch(/I changed nothing\. .*adds: 1 != 2/)
  })
})

describe('committing', () => {
  const git = { git_status: () => 'on main\n.M a.js\n?? b c.js\nR. old.js -> new.js', git_commit: () => JSON.stringify({ commit: 'a'.repeat(40) }) }

  test('takes the files of the task and words of the user', () => {
    const handoff = { from: 'coder', to: 'terminal', context: { filesModified: ['a.js', 'b c.js', 'other.js'], currentState: '', remainingTasks: [] }, reason: '' } as const
    const { calls, text } = playConversation({ phase: 'commit', task: 'rename foo to bar, and commit', handoff: { ...handoff, context: { ...handoff.context, filesModified: [...handoff.context.filesModified], remainingTasks: [] } } }, { agent: 'terminal', handlers: git })
    expect(calls.at(-1)).toEqual({ name: 'git_commit', args: { message: 'Rename foo to bar', paths: ['a.js', 'b c.js'] } })
    expect(text).toContain('I committed aaaaaaaaa')
  })

  test('what else was asked for comes first where nobody else does it', () => {
    const { calls } = playConversation({ phase: 'commit', task: 'run the tests and commit' }, { agent: 'terminal', handlers: { ...git, ...passing } })
    expect(calls.map(({ name }) => name)).toEqual(['run_tests', 'git_status', 'git_commit'])
  })

  test('takes a message that was given', () => {
    expect(playConversation('commit with the message "Fix it"', { agent: 'terminal', handlers: git }).calls.at(-1)).toEqual({ name: 'git_commit', args: { message: 'Fix it' } })
  })

  test('says when there is nothing to commit, or no repository', () => {
    expect(playConversation('commit', { handlers: { ...git, git_status: () => 'on main' } }).text).toContain('nothing to commit')
    const none = { ...git, git_status: () => { throw new ToolError('NOT_A_REPOSITORY', 'no') } }
    expect(playConversation('commit', { handlers: none }).text).toContain('no git repository')
  })

  test('is left to the agent who has the tool', () => {
    expect(playConversation('replace "a" with "b" in x.txt and commit', { files: { 'x.txt': 'a' } }).calls.map(({ name }) => name)).toEqual(['read_file', 'edit_file'])
  })
})

describe('documentation', () => {
  const handoff = { from: 'terminal' as const, to: 'docs' as const, context: { filesModified: [], currentState: '', remainingTasks: [] }, reason: '' }

  test('of a new project is its template’s README, which is left as it is', () => {
    const played = playConversation({ phase: 'generate-docs', task: TASK, files: ['x/README.md'], handoff }, { agent: 'docs', files: { 'x/README.md': '# x' } })
    expect(played).toMatchObject({ calls: [{ name: 'read_file', args: { path: 'x/README.md' } }], text: expect.stringContaining('x/README.md is there') })
    expect(playConversation({ phase: 'generate-docs', task: TASK, handoff }, { agent: 'docs' }).text).toContain('There is no README')
  })

  test('of anything else is more than it can do', () => {
    expect(playConversation({ phase: 'generate-docs', task: 'write docs for the API' }, { agent: 'docs' }).answers).toMatchObject([{ cannot: true }])
  })
})

describe('the reviewer', () => {
  test('judges by the checks alone', () => {
    const verdict = (activation: Activation): unknown => reviewAnswerSchema.parse(JSON.parse(playConversation(activation, { agent: 'reviewer' }).text))
    expect(verdict({ phase: 'review', task: 'x', files: ['a.js'] })).toMatchObject({ approved: true })
    expect(verdict({ phase: 'review', task: 'x', findings: { tests: ['t failed'], diagnostics: [], review: '' } })).toEqual({ approved: false, comments: 'The checks found: t failed' })
  })
})

describe('what it cannot do', () => {
  test.each(['add a dark mode to the settings page', 'refactor the parser into modules', 'write documentation for the API', 'fix the race in the queue'])('%j is said to be so, as a failure', (task) => {
    expect(playConversation(task).answers).toMatchObject([{ cannot: true, calls: [], text: expect.stringMatching(/^I cannot do this: .*not an LLM/) }])
  })

  test('a question that it cannot answer is answered so, as no failure', () => {
    expect(playConversation('why is the sky blue?').answers).toMatchObject([{ cannot: false, text: expect.stringContaining('not an LLM') }])
  })

  test('a tool that it may not use is named', () => {
    expect(playConversation('run echo hi', { without: ['run_command'] }).answers).toMatchObject([{ cannot: true, text: expect.stringContaining('run_command') }])
  })

  test('the part of a task that it knows is done, the rest named', () => {
    const disk = new Map([['a.txt', 'x']])
    expect(playConversation('replace "x" with "y" in a.txt, then write a poem about it', { files: disk }).text).toMatch(/I replaced.*[^]*write a poem/)
    expect(disk.get('a.txt')).toBe('y')
  })
})

describe('a conversation', () => {
  test('several orders are done one after another', () => {
    const disk = new Map([['a.js', 'const one = "x"\n']])
    const { text } = playConversation('rename one to two, replace "x" with "y" in a.js and run the tests', { files: disk, handlers: passing })
    expect(disk.get('a.js')).toBe('const two = "y"\n')
    expect(text).toMatch(/renamed one to two[^]*replaced[^]*All 9 tests pass/)
  })

  test('what the user says meanwhile is done after it; the loop’s own nudges are nothing new', () => {
    const disk = new Map([['a.txt', 'x z']])
    const interrupt = { 1: 'also replace "z" with "q" in a.txt', 2: 'You have used your turns and go on with the same conversation. Do what is left, then finish.' }
    playConversation('replace "x" with "y" in a.txt', { files: disk, interrupt })
    expect(disk.get('a.txt')).toBe('y q')
  })

  test('a message after its last word starts anew', () => {
    const first = playConversation('hi')
    const next = playConversation([...first.messages, { role: 'user', text: 'list files' }], { files: { 'a.txt': '' } })
    expect(next.calls).toEqual([{ name: 'read_directory_tree', args: {} }])
  })

  test('whatever is said, in whichever phase, it answers, and the same again', () => {
    const word = fc.constantFrom('rename', 'replace', 'with', 'to', '"', '`', "'", 'run', 'commit', 'create', 'library', 'called', 'in', 'a.js', '\n', ',', 'and', 'tests', 'explain', 'find', '$&', '\\', 'fix errors')
    const task = fc.oneof(fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')), fc.string({ unit: 'binary', maxLength: 40 }))
    const tools = ['list_dir', 'read_file', 'run_command', 'search_code', 'create_file', 'edit_file', 'write_file', 'git_status', 'git_commit', 'run_tests'].map((name) => ({ name, description: '', inputSchema: {} }))
    fc.assert(
      fc.property(task, fc.constantFrom(...phaseSchema.options), fc.array(fc.tuple(fc.string(), fc.boolean()), { maxLength: 4 }), (text, phase, results) => {
        const messages: ModelMessage[] = [{ role: 'user', text: `Phase: ${phase}\nTask: ${text}` }]
        for (const [content, isError] of results) {
          const answer = answerByRules({ agent: 'coder', system: '', messages, tools }, templates)
          expect(answerByRules({ agent: 'coder', system: '', messages: structuredClone(messages), tools }, templates)).toEqual(answer)
          expect(answer.text).not.toBe('')
          if (answer.calls.length === 0) return
          messages.push({ role: 'assistant', text: answer.text, toolCalls: answer.calls.map((call, index) => ({ id: `${messages.length}_${index}`, ...call })) })
          for (const [index, { name }] of answer.calls.entries()) messages.push({ role: 'tool', toolCallId: `${messages.length}_${index}`, name, content, isError })
        }
      }),
      { numRuns: 500 },
    )
  })
})
