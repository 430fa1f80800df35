import { createFakeApi } from '../../../renderer/api/fake-api.ts'
import type { FakeApi, FakeAnswers } from '../../../renderer/api/fake-api.ts'
import type { AppStore } from '../../../renderer/app/store.ts'
import type { ApprovalView, StatusView } from '../../../shared/api.ts'
import type { ProgressBody } from '../../../shared/progress.ts'
import type { TaskDetail, TaskStatus, TaskSummary } from '../../../shared/tasks.ts'

export interface Scene {
  api: FakeApi
  start: (store: AppStore) => void
}

const NOW = Date.now()
const MINUTE = 60_000
const WORKSPACE = '/home/mira/code/shop-api'
const MAIN = 'tbusy0000001'

const STATUS: StatusView = { version: '0.1.0', pid: 4711, epoch: 3, workers: { busy: 2, total: 2 }, queue: 1, running: 3, recovered: [], totalCostUsd: 0.31 }

function task(id: string, text: string, status: TaskStatus, ageMin: number, more: Partial<TaskSummary> = {}): TaskSummary {
  return { id, task: text, status, intent: 'edit_code', workspace: WORKSPACE, createdAt: NOW - ageMin * MINUTE, updatedAt: NOW - ageMin * MINUTE, ...more }
}

const OTHERS = [
  task('t2', 'Rename OrderLine to LineItem across the code', 'running', 4, { intent: 'refactor' }),
  task('t3', 'Write the README for the new webhooks', 'queued', 6, { intent: 'write_docs' }),
  task('t4', 'Upgrade the test runner and get everything green', 'parked', 31, { reason: 'approval' }),
  task('t5', 'create a node library called slugify', 'completed', 55, { intent: 'create_project', workspace: '/home/mira/code/slugify' }),
  task('t6', 'Why does the invoice total round twice?', 'completed', 190, { intent: 'explain_code' }),
  task('t7', 'Move the price table to SQLite', 'failed', 300),
  task('t8', 'Add CSV export to the orders page', 'interrupted', 1500),
]

const DIFF = `--- a/src/routes/orders.ts
+++ b/src/routes/orders.ts
@@ -12,5 +12,9 @@
 export function orders(app: App, store: Store): void {
   app.get('/orders', (request) => store.list(request.query))
-  app.get('/orders/:id', (request) => store.get(request.params.id))
+  app.get('/orders/:id', async (request) => {
+    const order = await store.get(request.params.id)
+    if (!order) throw new HttpError(404, 'There is no such order.')
+    return order
+  })
   app.post('/orders', (request) => store.add(request.body))
 }
--- /dev/null
+++ b/src/routes/refunds.ts
@@ -0,0 +1,5 @@
+import type { App } from '../app.ts'
+
+export function refunds(app: App): void {
+  app.post('/orders/:id/refunds', refund)
+}
`

const FILES: TaskDetail['changes'] = [
  { path: 'src/routes/orders.ts', added: 5, removed: 1, status: 'modified' },
  { path: 'src/routes/refunds.ts', added: 5, removed: 0, status: 'added' },
  { path: 'test/refunds.test.ts', added: 48, removed: 0, status: 'added' },
  { path: 'src/routes/legacy-refunds.ts', added: 0, removed: 31, status: 'deleted' },
]

const PLAN: ProgressBody = {
  type: 'plan',
  steps: [
    { id: 's1', title: 'Read the routes', agent: 'coder', dependsOn: [], files: [] },
    { id: 's2', title: 'Answer 404 for an unknown order', agent: 'coder', dependsOn: ['s1'], files: ['src/routes/orders.ts'] },
    { id: 's3', title: 'Add the refund handler', agent: 'coder', dependsOn: ['s1'], files: ['src/routes/refunds.ts'] },
    { id: 's4', title: 'Tests', agent: 'coder', dependsOn: ['s2', 's3'], files: ['test/refunds.test.ts'] },
    { id: 's5', title: 'Commit', agent: 'terminal', dependsOn: ['s4'], files: [] },
  ],
}

const call = (callId: string, tool: string, args: Record<string, string>, durationMs: number, summary?: string, runId = 'r1'): ProgressBody[] => [
  { type: 'tool', runId, callId, tool, status: 'pending', args },
  { type: 'tool', runId, callId, tool, status: 'success', durationMs, ...(summary === undefined ? {} : { summary }) },
]

const WORK: ProgressBody[] = [
  { type: 'status', status: 'running' },
  PLAN,
  { type: 'handoff', from: 'planner', to: 'coder', context: { filesModified: [], currentState: '', remainingTasks: [] }, reason: 'The plan has five steps; two can run at once.' },
  { type: 'step', runId: 'r1', step: 1, total: 5, message: 'Read the routes', agent: 'coder', stepId: 's1' },
  { type: 'message', runId: 'r1', messageId: 'm1', agent: 'coder', text: "I'll look at how the routes are put together before I touch them." },
  ...['app.ts', 'store.ts', 'routes/orders.ts', 'routes/index.ts', 'http-error.ts'].flatMap((name, index) => call(`c${index}`, 'read_file', { path: `src/${name}` }, 3 + index)),
  { type: 'step', runId: 'r2', step: 2, total: 5, message: 'Answer 404 for an unknown order', agent: 'coder', stepId: 's2' },
  { type: 'step', runId: 'r3', step: 3, total: 5, message: 'Add the refund handler', agent: 'coder', stepId: 's3' },
  {
    type: 'message', runId: 'r2', messageId: 'm2', agent: 'coder',
    text: 'An unknown order answers `200` with an empty body. It should be:\n\n```ts\nif (!order) throw new HttpError(404, \'There is no such order.\')\n```\n\nThe error class is there already, so nothing new is needed.',
  },
  ...call('c10', 'edit_file', { path: 'src/routes/orders.ts' }, 12, '+5 −1', 'r2'),
  ...call('c11', 'create_file', { path: 'src/routes/refunds.ts' }, 9, '+5', 'r3'),
  { type: 'checkpoint', checkpoint: 1, files: ['src/routes/orders.ts', 'src/routes/refunds.ts'] },
  { type: 'tool', runId: 'r2', callId: 'c12', tool: 'edit_file', status: 'pending', args: { path: 'src/routes/index.ts' } },
  { type: 'tool', runId: 'r2', callId: 'c12', tool: 'edit_file', status: 'error', durationMs: 4, error: { code: 'NO_MATCH', message: "None of the file's lines match `app.use(orders)`. Near it, line 14: `app.use(orders(store))`." } },
  { type: 'usage', model: 'anthropic/claude-sonnet-4-5', inputTokens: 11_200, outputTokens: 840, costUsd: 0.04, totalCostUsd: 0.04 },
]

const OUTPUT: ProgressBody[] = [
  { type: 'step', runId: 'r1', step: 4, total: 5, message: 'Tests', agent: 'coder', stepId: 's4' },
  { type: 'tool', runId: 'r1', callId: 'c20', tool: 'run_tests', status: 'pending', args: { filter: 'refunds' } },
  { type: 'output', callId: 'c20', text: Array.from({ length: 60 }, (_, line) => `\u001B[32m✔\u001B[39m refunds: case ${line + 1} (${(line * 7) % 13} ms)`).join('\n') },
  { type: 'token', runId: 'r3', messageId: 'm3', attempt: 1, agent: 'reviewer', text: 'The handler checks the amount against what is left to refund, which is right. One thing I would still' },
]

const APPROVAL: ApprovalView = {
  id: 'a1', taskId: MAIN, kind: 'approval', status: 'pending', tool: 'run_command', args: { command: 'rm -rf dist && npm test -- --coverage' },
  preview: 'rm -rf dist && npm test -- --coverage', alwaysRule: 'run_command(npm test *)', workspace: WORKSPACE, createdAt: NOW,
}
const asked: ProgressBody = { type: 'approval', approvalId: 'a1', status: 'pending', tool: 'run_command', preview: APPROVAL.preview }
const doubt: ApprovalView = { ...APPROVAL, kind: 'in-doubt', preview: 'npm publish --access public' }

interface Setting {
  status?: TaskStatus
  reason?: string
  title?: string
  tasks?: TaskSummary[]
  events?: ProgressBody[]
  approvals?: ApprovalView[]
  view?: Partial<StatusView>
  trusted?: boolean
  files?: TaskDetail['changes']
  diff?: string
  after?: (store: AppStore) => void
}

function scene({ status = 'running', reason, title, tasks, events = [...WORK, ...OUTPUT], approvals = [], view = {}, trusted = true, files = FILES, diff = DIFF, after }: Setting): () => Scene {
  return () => {
    const main = task(MAIN, title ?? 'Unknown orders should answer 404, and add refunds with tests; commit when green', status, 1, reason === undefined ? {} : { reason })
    const all = tasks ?? [main, ...OTHERS]
    const detail: TaskDetail = { ...main, mode: 'ask', round: 1, plan: null, steps: [], toolCalls: [], changes: files, checkpoints: [], usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0 } }
    const answers: FakeAnswers = {
      'client.hello': () => ({ version: '0.1.0', workspace: WORKSPACE }),
      'tasks.list': () => all,
      'trust.get': ({ dir }) => ({ dir, trusted }),
      'models.list': () => ({ roles: { smart: [{ model: 'anthropic/claude-sonnet-4-5', provider: 'anthropic', known: true }], fast: [{ model: 'groq/llama-3.1-8b-instant', provider: 'groq', known: true }] }, providers: [] }),
      'tasks.get': () => detail,
      'tasks.diff': () => ({ diff }),
      'approvals.decide': ({ approvalId, decision }) => ({ ...APPROVAL, id: approvalId, status: decision === 'deny' ? 'denied' : 'approved' }),
      'terminal.open': () => ({ terminalId: 'x1', pty: true }),
      'terminal.write': () => ({}),
      'terminal.resize': () => ({}),
    }
    const api = createFakeApi(answers)
    api.send('tasks.watch', ...all)
    api.send('approvals.watch', ...approvals)
    api.send('status.watch', { ...STATUS, ...view })
    api.send('tasks.follow', ...events.map((body, index) => ({ seq: index + 1, taskId: MAIN, ts: NOW - MINUTE + index * 1000, ...body })))
    api.send('terminal.output', { data: '\u001B[34m~/code/shop-api\u001B[0m (main) $ npm run types\r\n\u001B[32m✔\u001B[0m no errors\r\n\u001B[34m~/code/shop-api\u001B[0m (main) $ ' })
    return { api, start: (store) => void setTimeout(() => after?.(store), 200) }
  }
}

const many = Array.from({ length: 500 }, (_, index) => task(`n${index}`, `Task number ${index + 1}: look into ticket ${4000 - index}`, (['completed', 'failed', 'running', 'interrupted'] as const)[index % 4] ?? 'completed', index * 17))
const longName = `Rename ${'theVeryLongFunctionNameThatSomebodyOnceThoughtWasAGoodIdea'.repeat(3)} everywhere`.padEnd(200, 'x')

export const SCENES: Record<string, () => Scene> = {
  empty: scene({ tasks: [], events: [], files: [], diff: '' }),
  untrusted: scene({ tasks: [], events: [], files: [], diff: '', trusted: false }),
  busy: scene({ after: (store) => store.getState().toggleFile('src/routes/orders.ts') }),
  terminal: scene({ after: (store) => store.getState().togglePanel('terminal', true) }),
  approval: scene({ status: 'parked', reason: 'approval', events: [...WORK, asked, { type: 'status', status: 'parked', reason: 'approval' }], approvals: [APPROVAL] }),
  doubt: scene({ status: 'parked', reason: 'in-doubt', events: [...WORK, { ...asked, preview: doubt.preview }], approvals: [doubt] }),
  failed: scene({ status: 'failed', events: [...WORK, { type: 'failed', error: { code: 'PROVIDER_UNREACHABLE', message: 'anthropic could not be reached in three attempts. Check the network, then send a message to go on.' }, recoverable: true }] }),
  parked: scene({ status: 'parked', reason: 'budget', events: [...WORK, { type: 'parked', reason: 'budget', next: 'rainy resume tbusy --budget 2' }] }),
  waiting: scene({ status: 'waiting', reason: 'rate limit', events: [...WORK, { type: 'status', status: 'waiting', reason: 'rate limit', until: NOW + 95_000 }] }),
  recovered: scene({
    events: [...WORK, { type: 'recovered', reason: 'restart' }, ...OUTPUT],
    view: { recovered: [{ taskId: MAIN, step: 'step 4' }, { taskId: 't2', step: 'step 9' }] },
  }),
  done: scene({
    status: 'completed',
    events: [...WORK, { type: 'complete', result: { success: true, summary: 'Unknown orders answer `404`, and `POST /orders/:id/refunds` refunds what is left.', filesModified: FILES.map((file) => file.path), validation: { tests: { runner: 'vitest', passed: 61, failed: 0, skipped: 0 }, diagnostics: { errors: 0, warnings: 0 }, review: { approved: true, comments: '' } } } }],
  }),
  many: scene({ tasks: [task(MAIN, 'The newest of five hundred and one', 'running', 0), ...many] }),
  long: scene({ title: longName, tasks: [task(MAIN, longName, 'running', 0), task('long2', longName, 'failed', 2, { workspace: `/srv/${'deep/'.repeat(40)}` })], files: [{ path: `src/${'nested/'.repeat(20)}${'name'.repeat(50)}.ts`, added: 12, removed: 3, status: 'modified' }] }),
  rtl: scene({
    title: 'أضف صفحة الطلبات واكتب الاختبارات',
    tasks: [task(MAIN, 'أضف صفحة الطلبات واكتب الاختبارات', 'running', 0), ...OTHERS],
    events: [{ type: 'message', messageId: 'm1', agent: 'coder', text: 'سأقرأ الملفات أولاً، ثم أعدّل `orders.ts`.\n\n```ts\nconst title = "الطلبات"\n```' }, ...call('c1', 'edit_file', { path: 'src/الطلبات.ts' }, 8, '+2 −1')],
    files: [{ path: 'src/الطلبات.ts', added: 1, removed: 1, status: 'modified' }],
    diff: '--- a/src/الطلبات.ts\n+++ b/src/الطلبات.ts\n@@ -1,2 +1,2 @@\n const page = 1\n-const title = "Orders"\n+const title = "الطلبات الجديدة"\n',
    after: (store) => store.getState().toggleFile('src/الطلبات.ts'),
  }),
}
