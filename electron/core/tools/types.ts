import type { z } from 'zod'
import type { JsonValue } from '../../../shared/json.ts'
import type { CallSubject, ToolInfo, ToolOutcome } from '../../../shared/tools.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { Workspace } from '../workspace/types.ts'

/** What a running tool is given. */
export interface ToolContext {
  workspace: Workspace
  signal: AbortSignal
  /** Text as it comes (a command's output). */
  onOutput(text: string): void
  /** For the journal and file pre-images; absent for calls that belong to no task. */
  taskId?: string
}

/** A call that passed validation. Nothing has been done yet. */
export interface PreparedCall {
  tool: string
  args: JsonValue
  info: ToolInfo
  subject: CallSubject
}

/** The journal's key of a call in a run: run, infer step, index in the batch. */
export interface JournalKey {
  taskId: string
  runId: string
  inferStepId: string
  index: number
}

export interface BatchCall {
  prepared: PreparedCall
  /** Absent: the call is not journaled (reads that belong to no task). */
  key?: JournalKey
  /** For a command whose outcome was unknown: the user's choice. */
  decision?: 'rerun' | 'skip' | 'done'
}

export type BatchOutcome =
  | { status: 'success'; result: JsonValue; durationMs: number; summary: string; filesModified: string[] }
  | { status: 'error'; error: ErrorBody; durationMs: number; filesModified: string[] }
  /** An `external` call whose intent is journaled and whose end was not seen, and no decision was given. It did not run. */
  | { status: 'unknown' }

export interface BatchOptions {
  workspace: Workspace
  signal: AbortSignal
  parallel: boolean
  /** 1 to 10. */
  maxConcurrency: number
  onOutput(index: number, text: string): void
  onStarted(index: number): void
  onFinished(index: number, outcome: BatchOutcome): void
}

export interface BatchEnd {
  /** In the order of the calls. */
  outcomes: BatchOutcome[]
  /** Writes journal rows and, where files changed, the task's next checkpoint; call it in the transaction that stores the step. Returns the checkpoint. */
  commit(): { checkpoint: number; files: string[] } | undefined
}

export interface Executor {
  list(): ToolInfo[]
  /** Validates and describes a call. Throws UNKNOWN_TOOL, INVALID_TOOL_ARGS, and what resolving its paths throws. */
  prepare(tool: string, args: JsonValue, workspace: Workspace, signal: AbortSignal): Promise<PreparedCall>
  /** Runs prepared calls: reads at once, writes one after another in the order given, commands in a lane of their own. */
  batch(calls: BatchCall[], options: BatchOptions): Promise<BatchEnd>
  /** One call outside any task: `rainy tool`, HTTP, the UI. */
  runOne(tool: string, args: JsonValue, workspace: Workspace, options: { signal: AbortSignal; onOutput?: (text: string) => void }): Promise<ToolOutcome>
  batchRead(files: string[], workspace: Workspace, options: { chunkSize?: number; signal: AbortSignal }): Promise<ToolOutcome[]>
  /** Unified diff of all that the task changed through our own writes. */
  diffOfTask(taskId: string): string
  /** Files the task changed, with line counts. */
  changesOfTask(taskId: string): Array<{ path: string; added: number; removed: number; status: 'added' | 'modified' | 'deleted' }>
  checkpointsOfTask(taskId: string): Array<{ checkpoint: number; files: string[]; ts: number }>
  dispose(): Promise<void>
}

/**
 * One tool, one file, made by `defineTool`. `main` and `hybrid` tools run in the host's thread; `worker` tools in a tool thread
 * (they get plain data: root and arguments).
 */
export interface ToolDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  name: string
  description: string
  category: ToolInfo['category']
  input: Input
  output: Output
  executor: ToolInfo['executor']
  effect: ToolInfo['effect']
  parallel: boolean
  retryable: boolean
  timeoutMs: number
  /** Resolves paths and says what would be done; the default is no writes and the arguments as preview. */
  describe?(input: z.output<Input>, context: { workspace: Workspace; signal: AbortSignal }): Promise<{ writes?: string[]; command?: string; cwd?: string; preview?: string }>
  run(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>
  /** One short line for people: "12 matches in 3 files". */
  summarize?(output: z.output<Output>): string
  /** What the model is shown of the result; JSON by default. Bounded by the executor. */
  present?(output: z.output<Output>): string
}
