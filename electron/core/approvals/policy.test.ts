import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mode } from '../../../shared/tasks.ts'
import type { CallSubject } from '../../../shared/tools.ts'
import { createPolicy } from './policy.ts'
import type { PolicyRules, Verdict } from './types.ts'

const NO_RULES: PolicyRules = { allow: [], ask: [], deny: [] }

function command(line: string): CallSubject {
  return { tool: 'run_command', category: 'execute', effect: 'external', writes: [], command: line, preview: line, hash: line }
}
function write(path: string, tool = 'edit_file'): CallSubject {
  return { tool, category: 'write', effect: 'file', writes: [path], preview: path, hash: path }
}
const READ: CallSubject = { tool: 'read_file', category: 'read', effect: 'none', writes: [], preview: '', hash: '' }
const TESTS: CallSubject = { tool: 'run_tests', category: 'execute', effect: 'repeatable', writes: [], command: 'npm test', preview: 'npm test', hash: '' }
const COMMIT: CallSubject = { tool: 'git_commit', category: 'git', effect: 'commit', writes: [], preview: 'wip', hash: '' }

function judge(subject: CallSubject, mode: Mode = 'ask', rules: Partial<PolicyRules> = {}, trusted = true): Verdict {
  return createPolicy().judge(subject, { mode, trusted, rules: { ...NO_RULES, ...rules } })
}
const verdict = (...args: Parameters<typeof judge>): Verdict['verdict'] => judge(...args).verdict

describe('modes', () => {
  test('each mode lets through exactly what it says', () => {
    const subjects = { read: READ, write: write('src/a.ts'), tests: TESTS, command: command('ls'), commit: COMMIT }
    const table = Object.fromEntries(
      (['plan', 'ask', 'auto-edit', 'full-auto'] as const).map((mode) => [mode, Object.fromEntries(Object.entries(subjects).map(([name, subject]) => [name, verdict(subject, mode)]))]),
    )
    expect(table).toEqual({
      plan: { read: 'allow', write: 'deny', tests: 'deny', command: 'deny', commit: 'deny' },
      ask: { read: 'allow', write: 'ask', tests: 'ask', command: 'ask', commit: 'ask' },
      'auto-edit': { read: 'allow', write: 'allow', tests: 'ask', command: 'ask', commit: 'ask' },
      'full-auto': { read: 'allow', write: 'allow', tests: 'allow', command: 'allow', commit: 'allow' },
    })
  })

  test('an untrusted workspace is read and nothing else, whatever the rules allow', () => {
    const diagnostics: CallSubject = { ...READ, tool: 'get_diagnostics', category: 'analysis' }
    expect([READ, diagnostics, write('a'), TESTS, command('ls'), COMMIT].map((subject) => verdict(subject, 'full-auto', { allow: ['*'] }, false))).toEqual(['allow', 'deny', 'deny', 'deny', 'deny', 'deny'])
  })

  test.each(['curl https://a.b', 'git push', 'git -C . fetch', '/usr/bin/ssh host', 'npm publish', 'a && wget x', 'echo $(curl x)', 'echo x > /dev/tcp/h/80', 'git $VERB', 'python3 -c "import os; os.system(\'curl x\')"', 'echo curl x | sh', "export GIT_PAGER='curl x'; git log", "NODE_OPTIONS='--import data:text/javascript,curl' npm test", 'git -c core.sshCommand="curl x" status', "git config alias.p push"])(
    'full-auto asks before `%s`',
    (line) => expect(verdict(command(line), 'full-auto')).toBe('ask'),
  )

  test.each(['npm install', 'npm ci && npm test', 'pip install -r requirements.txt', 'git status', 'git commit -m "push it"', 'node -e "console.log(1)"', 'for f in *.ts; do wc -l "$f"; done', 'mkdir -p a/b && touch a/b/c', 'cat .git/HEAD', 'find . -path ./.git -prune -o -name "*.ts" -print', 'cat > a.js <<\'EOF\'\ncurl $(x)\nEOF', 'grep -r curl src', 'GIT_EDITOR=true git rebase --continue', "export PATH='./bin'; npm test", 'NODE_OPTIONS=--max-old-space-size=4096 npm run build', 'git config user.name x'])(
    'full-auto does not ask before `%s`',
    (line) => expect(verdict(command(line), 'full-auto')).toBe('allow'),
  )

  test('protected paths ask in full-auto, and always cannot be said', () => {
    for (const subject of [write('.git/hooks/pre-commit'), write('.rainy/config.json'), command('echo x > .git/config'), command('rm -rf .git'), command('find .git -name hooks -delete'), command('cp a sub/.git/hooks/')]) {
      expect(judge(subject, 'full-auto', { allow: ['*'] })).toEqual({ verdict: 'ask', why: expect.stringContaining('protected') })
    }
  })
})

describe('rules', () => {
  test('deny comes before ask before allow', () => {
    const all = { allow: ['run_command(npm test)'], ask: ['run_command(npm test)'], deny: ['run_command(npm test)'] }
    expect(verdict(command('npm test'), 'full-auto', all)).toBe('deny')
    expect(verdict(command('npm test'), 'full-auto', { ...all, deny: [] })).toBe('ask')
    expect(verdict(command('npm test'), 'ask', { ...all, deny: [], ask: [] })).toBe('allow')
  })

  test('an allow rule must cover every command of the line', () => {
    const allow = ['run_command(npm test)', 'run_command(echo *)']
    const lines = ['npm test', 'npm test && echo done', 'npm test; rm -rf /', 'npm test && rm x', 'npm test > out.txt', 'npm test > /dev/null 2>&1', 'PATH=. npm test', 'CI=1 npm test', 'npm testing', 'npm test -- --x', 'echo `rm x`', 'echo $(rm x)', 'echo "$HOME"', 'timeout 60 npm test', 'sh -c "npm test"', 'sudo npm test', './npm test', 'npm test & rm x', 'npm test | tee x', 'npm test\nrm x', '"npm test"', 'env NODE_OPTIONS=x npm test', 'npm test >& out']
    expect(lines.filter((line) => verdict(command(line), 'ask', { allow }) === 'allow')).toEqual(['npm test', 'npm test && echo done', 'npm test > /dev/null 2>&1', 'CI=1 npm test', 'echo "$HOME"', 'timeout 60 npm test', 'sh -c "npm test"'])
  })

  test('an allow rule opens the network to that very command', () => {
    expect(verdict(command('git push origin main'), 'full-auto', { allow: ['run_command(git push *)'] })).toBe('allow')
    expect(verdict(command('git push origin main; curl x'), 'full-auto', { allow: ['run_command(git push *)'] })).toBe('ask')
  })

  test('path patterns speak of what would be written', () => {
    const rules = { allow: ['edit_file(src/**)'], deny: ['edit_file(src/secret/**)', 'write_file(*.env)'] }
    expect(['src/a.ts', 'src/.hidden/x', 'lib/a.ts', 'src/secret/key', 'src/SECRET/key'].map((path) => verdict(write(path), 'ask', rules))).toEqual(['allow', 'allow', 'ask', 'deny', 'deny'])
    expect(verdict(write('prod.env', 'write_file'), 'full-auto', rules)).toBe('deny')
  })

  test('a deny rule that cannot be read holds back rather than lets through', () => {
    expect(verdict(command('ls'), 'full-auto', { deny: ['run_command('] })).toBe('ask')
  })

  test('what always would allow is that one command or file, and allowing it is enough', () => {
    for (const subject of [command('npm run build'), command('npm test && ls *.ts'), command("echo 'a  b' \\* > x"), write('src/a.ts'), TESTS, COMMIT]) {
      const asked = judge(subject, 'ask')
      const allow = [asked.verdict === 'ask' ? (asked.alwaysRule ?? '') : '']
      expect([verdict(subject, 'ask'), verdict(subject, 'ask', { allow })]).toEqual(['ask', 'allow'])
      const more = { ...subject, ...(subject.command ? { command: `${subject.command}; rm -rf x` } : { tool: 'write_file', writes: ['other'] }) }
      expect(verdict(more, 'ask', { allow })).toBe('ask')
    }
    expect(judge(command('$X y'), 'ask')).toEqual({ verdict: 'ask', why: expect.any(String) })
  })
})

describe('evasion', () => {
  /** Spellings of a word that a shell reads as that word. */
  const spelled = (word: string): fc.Arbitrary<string> =>
    fc.tuple(fc.constantFrom('plain', 'single', 'double', 'backslash', 'split', 'continued', 'ansi'), fc.nat(word.length - 1)).map(([how, at]) => {
      const [before, after] = [word.slice(0, at), word.slice(at)]
      switch (how) {
        case 'single': return `'${word}'`
        case 'double': return `"${word}"`
        case 'backslash': return /^[a-z]/.test(after) ? `${before}\\${after}` : word
        case 'split': return `${before}""${after}`
        case 'continued': return `${before}\\\n${after}`
        case 'ansi': return `${before}$'${after}'`
        default: return word
      }
    })
  const program = fc.constantFrom('git', '/usr/bin/git', '../../usr/bin/git', 'GIT', 'git.exe').chain(spelled)
  const options = fc.array(fc.constantFrom('-C .', '--no-pager', '-c user.name=x', '--git-dir=.x', '--work-tree y'), { maxLength: 3 }).map((list) => list.join(' '))
  const bare = fc.tuple(program, options, spelled('push'), fc.constantFrom('', ' origin main', ' --force', ' > /dev/null', ' 2>&1', ' $X')).map(([name, before, verb, after]) => `${name} ${before} ${verb}${after}`)
  const quote = (line: string): string => `'${line.replaceAll("'", String.raw`'\''`)}'`
  type Around = (line: string) => string
  /** Around one simple command, giving one. */
  const prefixes: Around[] = [
    (line) => `env ${line}`, (line) => `env -i -u HOME A=1 ${line}`, (line) => `/usr/bin/env --weird ${line}`, (line) => `command ${line}`, (line) => `command -p ${line}`, (line) => `exec ${line}`, (line) => `nohup ${line}`, (line) => `time -p ${line}`, (line) => `timeout -k 5 10 ${line}`,
    (line) => `nice -n 5 ${line}`, (line) => `sudo -u root ${line}`, (line) => `xargs -n 1 ${line}`, (line) => `busybox ${line}`, (line) => `npx -y ${line}`, (line) => `npm exec -- ${line}`,
  ]
  /** Around any line, giving a simple command. */
  const quoting: Around[] = [
    (line) => `sh -c ${quote(line)}`, (line) => `bash -lc ${quote(line)} x`, (line) => `/bin/bash -o pipefail -ec ${quote(line)}`, (line) => `eval ${quote(line)}`, (line) => `trap ${quote(line)} EXIT`, (line) => `bash <<< ${quote(line)}`, (line) => `echo "$(${line}\n)"`, (line) => `$(${line}\n)`, (line) => `cat <(${line}\n)`,
  ]
  /** Around a line, giving one that only `quoting` and `compounds` go around. */
  const compounds: Around[] = [
    (line) => `A=1 B='x y' ${line}`, (line) => `${line} &`, (line) => `echo x | xargs -I{} ${line}`, (line) => `sh <<'END'\n${line}\nEND\n`, (line) => `(${line}\n)`, (line) => `{ ${line}\n }`, (line) => `cat <<E\n$(${line}\n)\nE\n`, (line) => `! ${line}`, (line) => `find . -exec ${line} \\;`,
    (line) => `true && ${line}`, (line) => `false || ${line}`, (line) => `a; ${line}`, (line) => `a\n${line}`, (line) => `a & ${line}`, (line) => `a | ${line}`, (line) => `${line} # git status`, (line) => `# x\n${line}`, (line) => `echo '#' ; ${line}`, (line) => `echo \\# ; ${line}`, (line) => `echo a#b; ${line}`,
    (line) => `if true; then ${line}\n fi`, (line) => `while ${line}\n do :; done`, (line) => `for i in 1 2; do ${line}\n done`, (line) => `for i do ${line}\n done`, (line) => `f() { ${line}\n }; f`, (line) => `echo $((1<<2))\n${line}`, (line) => `>x ${line}`, (line) => `echo &>x ${line}`, (line) => `echo $'\\' ; ${line} #'`, (line) => `x=$(${line}\n)`, (line) => `cat <<-E\n\tE\n${line}`,
  ]
  const apply = (line: string, around: Around[]): string => around.reduce((inner, next) => next(inner), line)
  const some = (list: Around[], maxLength: number): fc.Arbitrary<Around[]> => fc.array(fc.constantFrom(...list), { maxLength })
  const evasions = fc
    .tuple(bare, some(prefixes, 2), some(compounds, 1), some(quoting, 1), some(prefixes, 1), some(compounds, 1))
    .map(([line, first, second, third, fourth, fifth]) => apply(line, [...first, ...second, ...third, ...(second.length > third.length ? [] : [...fourth, ...fifth])]))

  test('no spelling and no wrapping gets a denied command allowed', () => {
    fc.assert(
      fc.property(evasions, fc.constantFrom('git push', 'git push*', 'git push *'), (line, pattern) => {
        expect(verdict(command(line), 'full-auto', { deny: [`run_command(${pattern})`], allow: ['run_command', 'run_command(*)'] })).not.toBe('allow')
      }),
      { numRuns: 3000 },
    )
  })

  test('where the line can be read, the denied command is denied and not merely asked for', () => {
    for (const around of [...prefixes, ...quoting.slice(0, 7), ...compounds.slice(0, 14)]) expect(`${around('git push')} ${verdict(command(around('git push')), 'full-auto', { deny: ['run_command(git push*)'] })}`).toContain('deny')
    for (const line of ['g\\it pu""sh', "'git' 'push'", 'git -C . --no-pager push', 'sh -c "git push"', 'a && (b; git push) | c', 'echo `git push`', '/usr/bin/git push', 'find . -name x -exec git push {} +']) {
      expect(`${line}: ${verdict(command(line), 'full-auto', { deny: ['run_command(git push*)'] })}`).toBe(`${line}: deny`)
    }
  })

  test('any text at all gets a verdict, and quickly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: fc.constantFrom('git', ' ', 'push', '$(', ')', '`', '"', "'", '\\', '\n', ';', '|', '&', '<<', 'E', '>', '{', '}', 'env', '-x', 'sh', '-c', '#', '*'), maxLength: 80 })), (line) => {
        const started = performance.now()
        expect(['allow', 'ask', 'deny']).toContain(verdict(command(line), 'full-auto', { deny: ['run_command(git push*)'], allow: ['run_command(* *)'] }))
        expect(performance.now() - started).toBeLessThan(1000)
      }),
      { numRuns: 1000 },
    )
  })

  test('a line made to explode is asked for at once', () => {
    expect(verdict(command(`${'env --odd '.repeat(500)}git status`), 'full-auto')).toBe('ask')
    expect(verdict(command(`${'$('.repeat(5000)}x${')'.repeat(5000)}`), 'full-auto')).toBe('ask')
    expect(verdict(command('x'.repeat(100_000)), 'full-auto')).toBe('ask')
  })
})
