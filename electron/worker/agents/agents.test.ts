import { describe, expect, test } from 'vitest'
import type { Intent, Mode } from '../../../shared/tasks.ts'
import { createTeam } from '../agentkit/team.ts'
import { roundRequest, TEST_TOOLS } from '../testing/fixtures.ts'
import { ALL_AGENTS } from './all-agents.ts'
import { routeRound } from './router.ts'
import { renderSystem } from './surroundings.ts'

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
    const { spec, agent, toolNames } = createTeam(ALL_AGENTS, TEST_TOOLS).member(name)
    expect({ role: spec.role, turnLimit: spec.turnLimit }).toEqual({ role, turnLimit })
    expect(toolNames.toSorted()).toEqual([...tools].toSorted())
    expect([...agent.tools.keys()].toSorted()).toEqual([...tools].toSorted())
  })

  test('and a prompt that leaves the tools their room in 7 kB', () => {
    for (const { prompt } of Object.values(ALL_AGENTS)) expect(Buffer.byteLength(prompt)).toBeLessThan(PROMPT_LIMIT_BYTES)
  })
})

test('the tools of the agents check arguments by the schema of the host', () => {
  const { agent } = createTeam(ALL_AGENTS, TEST_TOOLS).member('coder')
  const schema = agent.tools.get('read_file')?.parameters
  expect(schema?.safeParse({ path: 'a' }).success).toBe(true)
  expect(schema?.safeParse({ path: 'a', more: 1 }).success).toBe(false)
})

test('the network routes in the order of the route, by code', async () => {
  const { network } = createTeam(ALL_AGENTS, TEST_TOOLS)
  network.state.data.route = ['coder', 'reviewer']
  const router = network.router as (args: { network: typeof network; callCount: number }) => { name: string } | undefined
  expect([0, 1, 2].map((callCount) => router({ network, callCount })?.name)).toEqual(['coder', 'reviewer', undefined])
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
])('%s "%s" in mode %s goes to %j', (intent, text, mode, agents, readOnly) => {
  const request = roundRequest({ intent, text })
  expect(routeRound({ ...request, header: { ...request.header, mode } })).toEqual({ agents, readOnly })
})

test('an agent is told where and when it works, and what the user wants always', () => {
  const { header } = roundRequest()
  const system = renderSystem('Prompt.', { header: { ...header, instructions: 'Answer in English.' }, workspace: '/folder', tree: 'a.ts' })
  expect(system).toBe("Prompt.\n\nFolder: /folder\nDate: 2026-01-02. System: linux. Mode: full-auto.\n\nThe user's instructions:\nAnswer in English.\n\nWhat is in the folder:\na.ts")
})
