import type { ModelMessage } from '../../shared/model.ts'

/** A request as a script sees it, whatever the wire format it came in. */
export interface ScriptRequest {
  model: string
  system: string
  /** By how the system prompt begins; empty where it is another's. */
  agent: string
  messages: ModelMessage[]
  /** Names of the tools offered. */
  tools: string[]
  json: boolean
  stream: boolean
}

export interface ScriptToolCall {
  name: string
  args: unknown
  /** Sent as it is, where the test wants an id of its own (a duplicate, an empty one). */
  id?: string
  /** The arguments' text, where it should not be what `args` gives (malformed JSON). */
  rawArgs?: string
}

export interface ScriptAnswer {
  text?: string
  toolCalls?: ScriptToolCall[]
  finish?: 'stop' | 'tool_calls' | 'length' | 'content_filter'
  /** Null: the server names none. Default: estimated from the sizes. */
  usage?: { inputTokens: number; outputTokens: number } | null
  /** Before the first byte. */
  latencyMs?: number
  /** Before each further chunk. */
  tokenMs?: number
  fault?: Fault
}

/**
 * Answers by what the conversation says and by nothing else: the same conversation gets the same answer, in whichever
 * process and after however many kills it is asked.
 */
export type Script = (request: ScriptRequest) => ScriptAnswer

/** What goes wrong with a call. */
export type Fault =
  /** An error status; `message`, `type` and `code` go into the provider's own error shape. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; message?: string; type?: string; code?: string }
  /** The connection is cut: before the first byte, or after that many chunks. */
  | { kind: 'reset'; afterChunks?: number }
  /** The stream ends in order, but early. */
  | { kind: 'truncate'; afterChunks: number }
  /** 200 with what is no answer. */
  | { kind: 'garbage'; body: string; contentType?: string }
  /** Nothing more comes, and the connection stays. */
  | { kind: 'hang'; afterChunks?: number }

/** By the number of the call (1 is the first that the server got). */
export type FaultPlan = (call: { n: number; request: ScriptRequest }) => Fault | undefined

/** "You are the coder agent of Rainy Brain …", or "… the coder of …". */
export function agentOf(system: string): string {
  const name = /^You are the ([a-z]+)(?: agent)? of Rainy Brain/.exec(system)?.[1] ?? ''
  return name === 'documentation' ? 'docs' : name
}

/** Faults for the calls with these numbers. */
export function faultsAt(faults: Record<number, Fault>): FaultPlan {
  return ({ n }) => faults[n]
}
