import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../shared/json.ts'
import { roundRequest } from '../testing/fixtures.ts'
import { answer, toolAnswer, toolResults } from '../testing/host.fake.ts'
import { activations, scripted, setUp } from '../testing/set-up.ts'

const request = roundRequest({ intent: 'create_project', text: 'create a node library called slugify' })
const CREATE = toolAnswer({ name: 'create_file', args: { path: 'index.js' } })
const script = {
  'planner: plan-structure': [answer('{"steps":[{"id":"1","title":"all files","agent":"coder","files":["package.json","index.js"]}]}')],
  'coder: create-files': [CREATE, answer('A library.')],
  'terminal: configure': [answer('Nothing to do.')],
  'docs: generate-docs': [answer('It has a README.')],
  'reviewer: review': [answer('{"approved":true,"comments":""}')],
}

async function create(packageFile: JsonValue, command: JsonValue = { result: { exitCode: 0, output: '' } }) {
  const bench = setUp({
    model: scripted(script),
    tools: (batch) => toolResults(batch, ['index.js']),
    effects: { 'run-tool': (input: JsonObject) => (input['tool'] === 'read_file' ? packageFile : command) },
  })
  const run = await bench.driver.start('create-project', 'brain/project.create', request)
  return { ...bench, run, tools: bench.host.effects.filter((effect) => effect.name === 'run-tool').map((effect) => effect.input) }
}

const packageFile = (content: JsonValue): JsonValue => ({ result: { content: typeof content === 'string' ? content : JSON.stringify(content), lines: 1, truncated: false } })

test('a project goes through its phases, and the reviewer has the last word', async () => {
  const { run, host } = await create(packageFile({ name: 'slugify' }))
  expect(activations(host)).toEqual(['planner: plan-structure', 'coder: create-files', 'terminal: configure', 'docs: generate-docs', 'reviewer: review'])
  expect(run).toMatchObject({ status: 'completed', output: { success: true, summary: 'A library.', filesModified: ['index.js'] } })
  const announced = host.progressBodies.flatMap((body) => (body.type === 'step' ? [`${body.step}/${body.total} ${body.message}`] : []))
  expect(announced).toEqual(['1/1 Planning', '2/7 all files', '3/7 Installing dependencies', '4/7 Configuring', '5/7 Writing documentation', '6/7 Checking with diagnostics and tests', '7/7 Reviewing the change'])
})

describe('dependencies', () => {
  test('are not installed where there are none', async () => {
    for (const file of [packageFile({ name: 'x' }), packageFile('{not json'), packageFile([]), { error: { code: 'NOT_FOUND', message: 'none' } }] as JsonValue[]) {
      const { tools, run } = await create(file)
      expect(tools).toHaveLength(1)
      expect(run.output).toMatchObject({ success: true })
    }
  })

  test.each([
    [undefined, 'npm install --ignore-scripts --no-audit --no-fund'],
    ['pnpm@9.1.0', 'pnpm install --ignore-scripts'],
    ['unheard-of@1', 'npm install --ignore-scripts --no-audit --no-fund'],
  ])('are installed by the manager that the project names (%s), without lifecycle scripts', async (packageManager, command) => {
    const { tools } = await create(packageFile({ devDependencies: { vitest: '1' }, ...(packageManager ? { packageManager } : {}) }))
    expect(tools[1]).toMatchObject({ key: 'install-deps/run', tool: 'run_command', args: { command } })
  })

  test('that cannot be installed are said so, and the project is finished', async () => {
    const refused = await create(packageFile({ dependencies: { a: '1' } }), { error: { code: 'DENIED', message: 'Refused.' } })
    expect(refused.run.output).toMatchObject({ summary: expect.stringContaining('Dependencies were not installed: Refused.') as unknown })
    const failed = await create(packageFile({ dependencies: { a: '1' } }), { result: { exitCode: 1, output: 'no network' } })
    expect(failed.run.output).toMatchObject({ summary: expect.stringContaining('no network') as unknown })
  })

  test('that must be asked for wait for the decision, and are installed under the same key', async () => {
    let decided = false
    const bench = setUp({
      model: scripted(script),
      effects: {
        'run-tool': (input) => {
          if (input['tool'] === 'read_file') return packageFile({ dependencies: { a: '1' } })
          return decided ? { result: { exitCode: 0, output: '' } } : { suspend: { on: 'approval', approvalIds: ['p'] } }
        },
      },
    })
    const run = await bench.driver.start('create-project', 'brain/project.create', request)
    expect(run.status).toBe('running')
    decided = true
    await bench.driver.send('brain/approval.decided', { taskId: 'task-1', approvalId: 'p', decision: 'approve' })
    expect(run.status).toBe('completed')
    const installs = bench.host.effects.filter((effect) => effect.name === 'run-tool' && effect.input['tool'] === 'run_command')
    expect(installs.map(({ step, input }) => [step.stepName, input['key']])).toEqual([
      ['install-deps/run', 'install-deps/run'],
      ['install-deps/run~2', 'install-deps/run'],
    ])
  })
})
