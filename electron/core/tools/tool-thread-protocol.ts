import type { JsonValue } from '../../../shared/json.ts'
import type { Reply } from '../../../shared/worker-api.ts'

/** What crosses to a tool thread: plain data alone. The thread opens the workspace again, on the same root. */
export interface ThreadCall {
  tool: string
  method: 'describe' | 'run' | 'intent' | 'recover'
  root: string
  protectedPaths: readonly string[]
  /** As it came in; the thread validates again. */
  args: JsonValue
  /** For `recover`. */
  intent?: JsonValue
}

/** What a tool thread offers, over comlink. Errors cross as values: comlink would drop their code. */
export interface ToolThreadApi {
  call(id: number, call: ThreadCall): Promise<Reply<JsonValue>>
  /** Comlink has no message for it. */
  cancel(id: number): void
}
