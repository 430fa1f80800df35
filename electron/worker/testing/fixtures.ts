import type { RoundRequest } from '../../../shared/brain-events.ts'
import type { JsonObject } from '../../../shared/json.ts'
import type { ToolInfo } from '../../../shared/tools.ts'

const PATH_SCHEMA: JsonObject = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false }

function tool(name: string, category: ToolInfo['category'], effect: ToolInfo['effect']): ToolInfo {
  return { name, description: `does ${name}`, category, executor: 'main', effect, parallel: effect === 'none', retryable: true, timeoutMs: 1000, inputSchema: PATH_SCHEMA, outputSchema: {} }
}

export const TEST_TOOLS: ToolInfo[] = [
  tool('read_file', 'read', 'none'),
  tool('list_dir', 'read', 'none'),
  tool('read_directory_tree', 'read', 'none'),
  tool('search_code', 'read', 'none'),
  tool('write_file', 'write', 'file'),
  tool('edit_file', 'write', 'file'),
  tool('create_file', 'write', 'file'),
  tool('run_command', 'execute', 'external'),
  tool('run_tests', 'execute', 'repeatable'),
  tool('git_status', 'git', 'none'),
  tool('git_diff', 'git', 'none'),
  tool('git_commit', 'git', 'commit'),
  tool('get_diagnostics', 'analysis', 'none'),
  tool('analyze_code', 'analysis', 'none'),
]

export function roundRequest(change: Partial<RoundRequest> = {}): RoundRequest {
  return {
    taskId: 'task-1',
    round: 1,
    text: 'say hi',
    files: [],
    workspace: '/folder',
    intent: 'chat',
    header: {
      mode: 'full-auto',
      roles: { fast: ['fake/model'], smart: ['fake/model'], instant: ['fake/model'] },
      limits: { maxConcurrentTools: 10, maxConcurrentCommands: 2, workers: 2, taskTimeoutMs: 3_600_000, maxFixRounds: 2, maxTurns: 250 },
      budgetUsd: null,
      priority: 0,
      instructions: '',
      programVersion: '0.1.0',
      date: '2026-01-02',
      platform: 'linux',
    },
    history: [],
    ...change,
  }
}
