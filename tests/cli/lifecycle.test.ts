import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTrial, eventsOf, printed, type Trial } from './trial.ts'

const LONG_MS = 120_000
let trial: Trial
beforeEach(() => {
  trial = createTrial()
})
afterEach(() => trial[Symbol.dispose]())

describe('an approval', () => {
  test('is asked by one process, given to another, and carried out once by a third', { timeout: LONG_MS }, async () => {
    const project = trial.folder('a project')
    const asked = await trial.rainy('run', 'run the command: echo once >> log.txt', '--workspace', project, '--trust', '--json')
    const events = eventsOf(asked)
    expect(asked.code).toBe(3)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
    expect(new Set(events.map(({ taskId }) => taskId)).size).toBe(1)
    const [approval] = await trial.approvals()
    expect(events.at(-1)).toMatchObject({ type: 'parked', reason: 'approval', next: `rainy approve ${approval?.id} && rainy resume ${approval?.taskId}` })
    const id = approval?.id ?? ''
    const taskId = approval?.taskId ?? ''

    const attached = await trial.rainy('attach', taskId)
    expect([attached.code, attached.stdout]).toEqual([3, expect.stringContaining(`go on with: rainy approve ${id} && rainy resume ${taskId}`)])
    expect(existsSync(join(project, 'log.txt'))).toBe(false)

    expect(await trial.rainy('approve', id.slice(0, 6))).toMatchObject({ code: 0, stdout: expect.stringContaining(`rainy resume ${taskId}`) })
    expect(existsSync(join(project, 'log.txt'))).toBe(false)
    expect(await trial.rainy('deny', id)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[ALREADY_DECIDED]') })
    expect((await trial.rainy('resume', taskId.slice(0, 6), '--json')).code).toBe(0)
    expect(readFileSync(join(project, 'log.txt'), 'utf8')).toBe('once\n')
    expect(await trial.rainy('resume', taskId)).toMatchObject({ code: 1, stderr: expect.stringContaining('[NOT_RESUMABLE]') })
    expect((await trial.rainy('resume', '--workspace', project)).code).toBe(0)
    expect(readFileSync(join(project, 'log.txt'), 'utf8')).toBe('once\n')
  })

  test('that was denied runs nothing; that of a task that was cancelled cannot be given', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    for (const name of ['first', 'second']) expect((await trial.rainy('run', `run the command: touch ${name}`, '--workspace', project, '--trust')).code).toBe(3)
    const [first, second] = await trial.approvals()
    expect((await trial.rainy('cancel', first?.taskId ?? '')).code).toBe(0)
    expect(await trial.rainy('approve', first?.id ?? '')).toMatchObject({ code: 1, stderr: expect.stringContaining('[ALREADY_DECIDED]') })
    expect(await trial.rainy('cancel', first?.taskId ?? '')).toMatchObject({ code: 1, stderr: expect.stringContaining('[NOT_RESUMABLE]') })
    expect(await trial.rainy('attach', first?.taskId ?? '', '--json')).toMatchObject({ code: 1, stdout: expect.stringMatching(/"type":"cancelled"[^\n]*\n$/) })
    expect((await trial.rainy('deny', second?.id ?? '')).code).toBe(0)
    await trial.rainy('resume', '--workspace', project)
    expect([existsSync(join(project, 'first')), existsSync(join(project, 'second')), await trial.approvals()]).toEqual([false, false, []])
  })
})

describe('Ctrl-C and death', () => {
  test('Ctrl-C keeps the task and exits 130; another folder is not touched; the task goes on', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    const running = trial.start('run', 'run the command: touch begun && sleep 2 && echo end >> log.txt', '--workspace', project, '--yes', '--json')
    await until(() => existsSync(join(project, 'begun')))
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect([ended.code, eventsOf(ended).at(-1)]).toMatchObject([130, { type: 'interrupted', next: expect.stringMatching(/^rainy resume /) }])
    const [task] = await trial.tasks()
    expect(task?.status).toBe('interrupted')

    const other = trial.folder('other')
    expect(await trial.rainy('tasks', '--workspace', other, '--json')).toMatchObject({ code: 0, stdout: '[]\n' })
    expect(await trial.rainy('resume', '--workspace', other)).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing to resume') })
    expect((await trial.tasks())[0]).toEqual(task)
    expect(existsSync(join(project, 'log.txt'))).toBe(false)

    // Nobody knows how far the command came: it is not run again by itself.
    const resumed = await trial.rainy('resume', '--workspace', project, '--json')
    expect(resumed.code).toBe(0)
    expect(eventsOf(resumed)).toContainEqual(expect.objectContaining({ type: 'tool', tool: 'run_command', status: 'unknown' }))
    expect(existsSync(join(project, 'log.txt'))).toBe(false)
  })

  test.each([['SIGTERM', false], ['SIGINT', true]] as const)('%s (twice: %s) leaves within a moment, and no command behind', { timeout: LONG_MS }, async (signal, twice) => {
    const project = trial.folder('p')
    const running = trial.start('run', 'run the command: echo $$ > pid && sleep 30', '--workspace', project, '--yes')
    await until(() => existsSync(join(project, 'pid')) && readFileSync(join(project, 'pid'), 'utf8').trim() !== '')
    const from = Date.now()
    running.child.kill(signal)
    if (twice) setTimeout(() => running.child.kill(signal), 20)
    expect((await running.ended).code).toBe(130)
    expect(Date.now() - from).toBeLessThan(5000)
    await until(() => !lives(Number(readFileSync(join(project, 'pid'), 'utf8'))))
  })

  test('Ctrl-C during `tool` ends the command it runs', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    const running = trial.start('tool', 'run_command', '{"command":"echo $$ > pid && sleep 30"}', '--trust', '--workspace', project)
    await until(() => existsSync(join(project, 'pid')) && readFileSync(join(project, 'pid'), 'utf8').trim() !== '')
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    await until(() => !lives(Number(readFileSync(join(project, 'pid'), 'utf8'))))
  })

  test('a task of a killed process is interrupted; looking at it runs nothing; attach follows one that runs', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    const running = trial.start('run', 'run the command: touch begun && sleep 2 && echo end', '--workspace', project, '--yes', '--json')
    await until(() => existsSync(join(project, 'begun')))
    const [task] = await trial.tasks()
    expect(task?.status).toBe('running')
    const attached = await trial.rainy('attach', task?.id ?? '', '--json')
    const own = await running.ended
    expect([attached.code, attached.stderr, own.code, eventsOf(attached).at(-1)?.type]).toEqual([0, '', 0, 'complete'])
    expect(eventsOf(attached).filter(({ type }) => type !== 'output')).toEqual(eventsOf(own).filter(({ type }) => type !== 'output'))

    const dying = trial.start('run', 'run the command: touch again && sleep 30', '--workspace', project, '--yes')
    await until(() => existsSync(join(project, 'again')))
    dying.kill()
    await dying.ended
    const [left] = await trial.tasks()
    expect(left).toMatchObject({ status: 'interrupted' })
    expect(await trial.show(left?.id ?? '')).toMatchObject({ next: `rainy resume ${left?.id}` })
    expect((await trial.rainy('attach', task?.id ?? '')).code).toBe(0)
    expect((await trial.tasks())[0]?.status).toBe('interrupted')
  })
})

describe('one task after another', () => {
  test('-c sends another message, stdin is the task, diff is what git applies', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    writeFileSync(join(project, 'a.txt'), 'old word\n')
    execFileSync('git', ['init', '--quiet', project])
    const first = await trial.rainy('run', 'replace "old" with "new" in a.txt', '--workspace', project, '--yes', '--json')
    expect([first.code, readFileSync(join(project, 'a.txt'), 'utf8')]).toEqual([0, 'new word\n'])
    const [task] = await trial.tasks()
    const { code, stdout } = await trial.rainy('diff', task?.id ?? '')
    expect(code).toBe(0)
    writeFileSync(join(project, 'a.txt'), 'old word\n')
    writeFileSync(join(trial.dir, 'the.diff'), stdout)
    execFileSync('git', ['apply', join(trial.dir, 'the.diff')], { cwd: project })
    expect(readFileSync(join(project, 'a.txt'), 'utf8')).toBe('new word\n')

    const piped = trial.start('run', '-c', '--workspace', project, '--yes', '-')
    expect((await piped.ended).code).toBe(2)
    expect((await trial.rainy('run', '-c', 'run the command: echo two', '--workspace', project, '--yes', '--json')).code).toBe(0)
    expect((await trial.rainy('run', '-c', task?.id.slice(0, 6) ?? '', 'run the command: echo three', '--workspace', project, '--yes', '--json')).code).toBe(0)
    expect(await trial.show(task?.id ?? '')).toMatchObject({ round: 3, status: 'completed' })
  })

  test('serve prints one line of JSON, and a run attaches to it', { timeout: LONG_MS }, async () => {
    const project = trial.folder('p')
    const serving = trial.start('serve')
    const line = await printed(serving, '\n')
    const { url, token, pid } = JSON.parse(line) as { url: string; token: string; pid: number }
    expect([pid, line.trim().split('\n').length]).toEqual([serving.child.pid, 1])
    expect((await fetch(`${url}/api/brain/tasks`)).status).toBe(401)
    const list = await fetch(`${url}/api/brain/tasks`, { headers: { authorization: `Bearer ${token}` } })
    expect([list.status, await list.json()]).toEqual([200, []])
    const ran = await trial.rainy('run', 'run the command: echo hi', '--workspace', project, '--yes', '--json')
    expect([ran.code, eventsOf(ran).at(-1)?.type]).toEqual([0, 'complete'])
    const refused = startWithKey(trial)
    expect(await refused.ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/GROQ_API_KEY.*\[CONFIG_INVALID\]/) })
    serving.child.kill('SIGTERM')
    expect((await serving.ended).code).toBe(130)
  })
})

function startWithKey({ start, env }: Trial): ReturnType<Trial['start']> {
  env['GROQ_API_KEY'] = 'k'
  return start('models')
}

async function until(done: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !done(); ) {
    if (Date.now() > end) throw new Error('it did not come to that within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
