import type { ScriptAnswer, ScriptRequest } from '../script.ts'

/** A request refused as the real server refuses it. */
export interface Refusal {
  status: number
  message: string
  type?: string
  code?: string | null
  param?: string | null
}

export type Parsed = { ok: true; request: ScriptRequest } | { ok: false; refusal: Refusal }

/** Where real servers of one format differ from each other. */
export interface Quirks {
  /** Answers with one JSON body although a stream was asked for. */
  ignoresStream?: boolean
  /** Names no usage, asked or not. */
  noUsage?: boolean
  /** Parameters it has never heard of and refuses. */
  refuses?: string[]
  /** Gives tool calls no ids. */
  noCallIds?: boolean
  /** Sends a tool call's arguments whole, and `stop` as the reason. */
  plainToolCalls?: boolean
}

/** One provider's wire format: adding one is adding one file. */
export interface WireFormat {
  name: string
  route(method: string, path: string): 'infer' | 'models' | undefined
  /** The key that the request carries, where it carries one. */
  keyOf(headers: Record<string, string | string[] | undefined>): string | undefined
  parse(body: unknown, path: string, quirks: Quirks): Parsed
  errorBody(refusal: Refusal): string
  /** The whole answer in one body. */
  body(answer: ScriptAnswer, request: ScriptRequest, id: string, quirks: Quirks): string
  /** The pieces of a streamed answer, each as it goes over the wire. The last ones tell of the end. */
  chunks(answer: ScriptAnswer, request: ScriptRequest, id: string, body: unknown, quirks: Quirks): string[]
  models(names: string[]): string
}
