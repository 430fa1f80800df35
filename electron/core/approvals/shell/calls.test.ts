import { expect, test } from 'vitest'
import { exactPattern, parseRule } from '../../../../shared/rule-syntax.ts'
import { matchPattern } from '../glob.ts'
import { programCalls } from './calls.ts'
import { HOLE } from './parse-line.ts'

/** The programs a line would start, what is unknown as `…`. */
function read(line: string): string[] | string {
  const found = programCalls(line)
  return 'problem' in found ? found.problem : found.calls.map((call) => call.words.join(' ').replaceAll(HOLE, '…')).filter((words) => words !== '')
}

test.each([
  ['a "b c" \'d\' e\\ f', ['a b c d e f']],
  ['a; b && c || d | e & f\ng', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
  ['(a; { b; }) > f', ['a', 'b']],
  ['a $(b `c`) "$(d)" $X ${Y} *.ts', ['c', 'b …', 'd', 'a … … … … ….ts']],
  ['X=1 Y=$(b) a', ['b', 'a']],
  ['if a; then b; else c; fi; while d; do e; done', ['a', 'b', 'c', 'd', 'e']],
  ['for f in $(a) x; do b "$f"; done', ['a', 'b …']],
  ['cat <<EOF\n$(a)\nEOF\nb', ['cat', 'a', 'b']],
  ["cat <<'EOF'\n$(a)\nEOF\nb", ['cat', 'b']],
  ['a 2>&1 >/dev/null <in &>out', ['a']],
  ['a # b', ['a']],
  ['env -u X A=1 nice -n 5 a b', ['env -u X A=1 nice -n 5 a b', 'nice -n 5 a b', 'a b']],
  ['bash -lc "a && b"', ['bash -lc a && b', 'a', 'b']],
  ['sh build.sh', ['sh build.sh']],
  ['find . -exec a {} \\; -o -exec b {} +', ['find . -exec a {} ; -o -exec b {} +', 'a …', 'b …']],
  ['echo $((1 + 2))', ['echo …']],
  ['ls | xargs a', ['ls', 'xargs a', 'a …']],
  ["export GIT_PAGER='a b'; c", ['export GIT_PAGER=a b', 'a b', 'c']],
  ["PAGER='a | b' c", ['c', 'a', 'b']],
  ['env EDITOR=a X=y b', ['env EDITOR=a X=y b', 'a', 'b']],
  ['GIT_SSH_COMMAND="ssh -i k" git log', ['git log', 'ssh -i k']],
  ["git -c core.pager='a b' log", ["git -c core.pager=a b log", 'a b']],
  ["git config --global core.editor 'a b'", ['git config --global core.editor a b', 'a b']],
  ['git -c user.name=x -c core.hooksPath=/dev/null commit -m y', ['git -c user.name=x -c core.hooksPath=/dev/null commit -m y']],
])('%s', (line, calls) => expect(read(line)).toEqual(calls))

test.each([
  '"a', "'a", '$(a', '`a', '(a', 'a)', 'a \\', '$X a', 'a*b c', 'case x in x) a;; esac', 'f() { a; }', 'a=(1 2)', '[[ -f x ]]', '((1))', 'echo $((1<<2))', 'echo ${X:-$(a)}', 'cat <<EOF\nx', 'a >', 'sh', 'a | bash', 'sh -c "$X"', 'eval $X', 'source <(a)', 'alias x=y', "env -S 'a b'", 'xargs sh -c a', 'git -c alias.x=push x', 'BASH_ENV=x sh y', 'export ENV=x; a', "export GIT_CONFIG_COUNT='1'; git x", 'env GIT_CONFIG_COUNT=1 git x', 'export PAGER=$X; a', 'env EDITOR=a X=$Y b', 'git config alias.p push', 'git -c core.hooksPath=h commit', 'git config include.path x', 'git filter-branch --tree-filter a', "git grep -O'a b' c", 'a \u0007', `a ${HOLE}`,
])('%j cannot be read', (line) => expect(read(line)).toEqual(expect.any(String)))

test('a rule is a tool, or a tool and a pattern', () => {
  expect(['run_command', 'run_command(npm test)', ' client/x(a (b)) ', '*', 'run_command(', '', '(x)', 'a b', 'x()'].map((text) => parseRule(text))).toEqual([
    { tool: 'run_command', pattern: undefined },
    { tool: 'run_command', pattern: 'npm test' },
    { tool: 'client/x', pattern: 'a (b)' },
    { tool: '*', pattern: undefined },
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('a pattern matches what it says, and perhaps what is not known yet', () => {
  const matches = (pattern: string, text: string): string => matchPattern(pattern, text.replaceAll('…', HOLE))
  expect([matches('a*c', 'abc'), matches('a *', 'a'), matches('a *', 'ab'), matches('a', 'ab'), matches('git push', 'git …'), matches('git *', 'git …'), matches('git push', 'hg …'), matches(exactPattern('a*b\\'), 'a*b\\'), matches(exactPattern('a*b'), 'axb')]).toEqual(['yes', 'yes', 'no', 'no', 'maybe', 'yes', 'no', 'yes', 'no'])
})
