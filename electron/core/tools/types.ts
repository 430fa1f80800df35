import type { z } from 'zod'
import type { JsonValue } from '../../../shared/json.ts'
import type { CallSubject, ToolInfo, ToolOutcome } from '../../../shared/tools.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Workspace, WorkspacePath } from '../workspace/types.ts'
import type { LanguageServers } from './analysis/types.ts'
import type { ToolCaches } from './cache.ts'
import type { Terminals } from './terminal/types.ts'

/** What tools with executor `worker` are made from: all that exists in a tool thread too. */
export interface ThreadToolDeps {
  clock: Clock
  log: Log
}

/** What every other tool is made from. */
export interface ToolDeps extends ThreadToolDeps {
  ids: Ids
  caches: ToolCaches
  terminals: Terminals
  languageServers: LanguageServers
}

/** What a running tool is given. */
export interface ToolContext {
  workspace: Workspace
  signal: AbortSignal
  /** Text as it comes (a command's output). */
  onOutput(text: string): void
  /** For the journal and file pre-images; absent for calls that belong to no task. */
  taskId?: string
  /** A tool says what content of a file it showed, so that a later write of the same run to another content is refused as stale. */
  noteRead(relativePath: string, contentHash: string): void
}

/** A call that passed validation. Nothing has been done yet. */
export interface PreparedCall {
  tool: string
  args: JsonValue
  info: ToolInfo
  /** SHA-256 over tool, arguments and workspace: what was asked for, whatever it comes to when it runs. The journal knows a call by it. */
  identity: string
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
  /** What the user chose each time that its end was not seen, in order. Each counts once: a re-run that dies is unknown again. */
  decisions?: DoubtDecision[]
}

export type DoubtDecision = 'rerun' | 'skip' | 'done'

export type BatchOutcome =
  /** `content`: the result as a model is shown it, bounded. */
  | { status: 'success'; result: JsonValue; content: string; durationMs: number; summary: string; filesModified: string[] }
  | { status: 'error'; error: ErrorBody; durationMs: number; filesModified: string[] }
  /** An `external` call whose intent is journaled and whose end was not seen, and no decision was given. It did not run. `doubt` counts from 1: it has used `doubt - 1` decisions. */
  | { status: 'unknown'; doubt: number }

export interface BatchOptions {
  workspace: Workspace
  signal: AbortSignal
  parallel: boolean
  /** 1 to 10. */
  maxConcurrency: number
  /** True: where a call's outcome is unknown nothing of the batch runs before that is decided. */
  stopWhenUnknown?: boolean
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

/** What all tools say of themselves. */
interface ToolFace<Input extends z.ZodType, Output extends z.ZodType> {
  name: string
  description: string
  category: ToolInfo['category']
  /** A `z.strictObject`: unknown arguments are refused. */
  input: Input
  output: Output
  executor: ToolInfo['executor']
  parallel: boolean
  retryable: boolean
  timeoutMs: number
  /** Only where a call takes longer than `timeoutMs` by its own arguments: the call's limit in ms. */
  timeoutOf?(input: z.output<Input>): number
  /** One short line for people: "12 matches in 3 files". */
  summarize?(output: z.output<Output>): string
  /** What the model is shown of the result; JSON by default. Bounded by the executor. */
  present?(output: z.output<Output>): string
}

/**
 * One tool, one file, made by `defineTool`. Its module is cheap to load: what is heavy comes by `await import()` in `run`.
 * `main` and `hybrid` tools run in the host's thread. Of `worker` tools `describe`, `run` and `journal` run in a tool thread,
 * `summarize` and `present` in the host: they are made from `ThreadToolDeps` alone, and what they are given is plain data
 * and a workspace opened again on the same root.
 */
export interface ToolDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> extends ToolFace<Input, Output> {
  /** What changes files is a `FileToolDefinition`. */
  effect: Exclude<ToolInfo['effect'], 'file'>
  /** Resolves paths and says what would be done; the default is no writes and the arguments as preview. */
  describe?(input: z.output<Input>, context: { workspace: Workspace; signal: AbortSignal }): Promise<CallDescription>
  run(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>
  /** Required for effect `commit`: how a call whose end was not seen is decided by looking. */
  journal?: {
    /** What is stored and flushed before `run` starts. It computes, and changes nothing that anyone can see. */
    intent(input: z.output<Input>, context: { workspace: Workspace; signal: AbortSignal }): Promise<JsonValue>
    /** Looks at what the intent speaks of. `not-done`: it runs again; `unknown`: the user is asked. */
    recover(input: z.output<Input>, intent: JsonValue, context: { workspace: Workspace; signal: AbortSignal }): Promise<{ state: 'done'; result: z.input<Output> } | { state: 'not-done' } | { state: 'unknown' }>
  }
}

export interface CallDescription {
  writes?: string[]
  command?: string
  cwd?: string
  preview?: string
}

/** A file's content as it is on disk, or as an earlier call of the same batch is going to leave it. */
export interface FileContent {
  bytes: Uint8Array
  /** Permission bits; null: what the system gives a new file. */
  mode: number | null
}

/** What a file tool is going to do: known before it is done, so that a kill in between is decided by looking. */
export interface FilePlan<Result> {
  path: WorkspacePath
  before: FileContent | null
  after: FileContent
  result: Result
}

/** A tool with effect `file`: it says what the file will be, the executor journals and writes. */
export interface FileToolDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> extends ToolFace<Input, Output> {
  effect: 'file'
  executor: 'main'
  /** The path as it was asked for. */
  target(input: z.output<Input>): string
  plan(input: z.output<Input>, context: { workspace: Workspace; signal: AbortSignal; read(path: WorkspacePath): Promise<FileContent | null> }): Promise<FilePlan<z.input<Output>>>
}

export type AnyTool = ToolDefinition | FileToolDefinition
