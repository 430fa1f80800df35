import { describe, expect, test } from 'vitest'
import type { AgentName } from '../../../shared/plan.ts'
import type { Intent, Mode } from '../../../shared/tasks.ts'
import { createTeam } from '../agentkit/team.ts'
import { roundRequest, TEST_TOOLS } from '../testing/fixtures.ts'
import { ALL_AGENTS } from './all-agents.ts'
import { nextAgent, openState, routeRound } from './router.ts'
import { renderSystem } from './surroundings.ts'

const team = createTeam({ specs: ALL_AGENTS, tools: TEST_TOOLS, router: nextAgent })
const PROMPT_LIMIT_BYTES = 2600

describe('each agent has the tools, role and limit that the design gives it', () => {
  const READS = ['list_dir', 'read_directory_tree', 'read_file', 'search_code']
  test.each([
    ['planner', 'fast', 3, [...READS, 'analyze_code']],
    ['coder', 'smart', 10, [...READS, 'analyze_code', 'create_file', 'edit_file', 'get_diagnostics', 'git_diff', 'run_command', 'run_tests', 'write_file']],
    ['reviewer', 'fast', 5, [...READS, 'get_diagnostics', 'git_diff', 'run_tests']],
    ['terminal', 'instant', 5, ['git_commit', 'git_diff', 'git_status', 'list_dir', 'read_file', 'run_command', 'run_tests']],
    ['docs', 'fast', 5, [...READS, 'create_file', 'edit_file', 'write_file']],
  ] as const)('%s', (name, role, turnLimit, tools) => {
    const { spec, agent, toolNames } = team.member(name)
    expect({ role: spec.role, turnLimit: spec.turnLimit }).toEqual({ role, turnLimit })
    expect(toolNames.toSorted()).toEqual([...tools].toSorted())
    expect([...agent.tools.keys()].toSorted()).toEqual([...tools].toSorted())
  })

  test('and a prompt that leaves the tools their room in 7 kB', () => {
    for (const { prompt } of Object.values(ALL_AGENTS)) expect(Buffer.byteLength(prompt)).toBeLessThan(PROMPT_LIMIT_BYTES)
  })
})

test('the tools of the agents check arguments by the schema of the host', () => {
  const { agent } = team.member('coder')
  const schema = agent.tools.get('read_file')?.parameters
  expect(schema?.safeParse({ path: 'a' }).success).toBe(true)
  expect(schema?.safeParse({ path: 'a', more: 1 }).success).toBe(false)
})

describe('the router of the network', () => {
  const open = (agents: AgentName[], maxFixRounds = 1) => team.open(openState({ agents, readOnly: false }, maxFixRounds))

  test('goes along the route, and asks for no review where nothing was changed', async () => {
    const { state, next } = open(['planner', 'coder', 'reviewer', 'terminal'])
    const order: Array<AgentName | undefined> = []
    for (let agent = await next(); agent; agent = await next()) {
      order.push(agent)
      state.finished.push(agent)
    }
    expect(order).toEqual(['planner', 'coder', 'terminal'])
  })

  test('sends what was found to the coder, then to the reviewer again, and gives up at the limit', async () => {
    const { state, next } = open(['coder', 'reviewer', 'terminal'])
    Object.assign(state, { finished: ['coder'], changed: true })
    expect(await next()).toBe('reviewer')
    state.findings = true
    expect(await next()).toBe('coder')
    Object.assign(state, { findings: false, fixesLeft: 0 })
    expect(await next()).toBe('reviewer')
    state.findings = true
    expect(await next()).toBeUndefined()
  })

  test('keeps the rounds of one thread apart', async () => {
    const first = open(['coder'])
    const second = open(['coder'])
    first.state.finished.push('coder')
    expect([await first.next(), await second.next()]).toEqual([undefined, 'coder'])
  })
})

test.each<[Intent, string, Mode, string[], boolean]>([
  ['create_project', 'create a library', 'ask', ['planner', 'coder', 'terminal', 'docs', 'reviewer'], false],
  ['edit_code', 'fix a.ts', 'ask', ['coder', 'reviewer'], false],
  ['edit_code', 'fix a.ts and b.ts, then commit', 'ask', ['planner', 'coder', 'reviewer', 'terminal'], false],
  ['refactor', 'rename a to b', 'ask', ['planner', 'coder', 'reviewer'], false],
  ['run_command', 'run the tests', 'ask', ['terminal'], false],
  ['explain_code', 'what is it', 'full-auto', ['coder'], true],
  ['write_docs', 'write a README', 'ask', ['docs'], false],
  ['chat', 'hi', 'ask', ['coder', 'reviewer'], false],
  ['edit_code', 'fix a.ts', 'plan', ['planner'], true],
  ['refactor', 'rename a to b', 'plan', ['planner'], true],
  ['chat', 'hi', 'plan', ['coder'], true],
  ['write_docs', 'write a README and commit', 'ask', ['docs', 'terminal'], false],
  ['write_docs', 'write a README and commit', 'plan', ['docs'], true],
])('%s "%s" in mode %s goes to %j', (intent, text, mode, agents, readOnly) => {
  const request = roundRequest({ intent, text })
  expect(routeRound({ ...request, header: { ...request.header, mode } })).toEqual({ agents, readOnly })
})

test('an agent is told where and when it works, and what the user wants always', () => {
  const { header } = roundRequest()
  const system = renderSystem('Prompt.', { header: { ...header, instructions: 'Answer in English.' }, workspace: '/folder', tree: 'a.ts' })
  expect(system).toBe("Prompt.\n\nFolder: /folder\nDate: 2026-01-02. System: linux. Mode: full-auto.\n\nThe user's instructions:\nAnswer in English.\n\nWhat is in the folder:\na.ts")
})
