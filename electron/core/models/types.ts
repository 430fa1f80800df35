import type { ModelAnswer, ModelMessage, ModelTool, ModelUsage } from '../../../shared/model.ts'
import type { ModelsView } from '../../../shared/api.ts'

/** One inference with the whole conversation, in no provider's own format. */
export interface ModelRequest {
  system: string
  messages: readonly ModelMessage[]
  tools: readonly ModelTool[]
  json: boolean
  maxOutputTokens?: number
  agent: string
}

/** One provider's wire format, behind its official SDK. It retries never. */
export interface Provider {
  readonly name: string
  /** Throws PROVIDER_*, STREAM_TRUNCATED, CONTEXT_TOO_LONG, MODEL_UNKNOWN, CANCELLED. A rate limit that names its end carries `details.retryAt` (ms since 1970). */
  stream(model: string, request: ModelRequest, options: { signal: AbortSignal; onToken(text: string): void }): Promise<Omit<ModelAnswer, 'model'>>
  /** Whether it answers at all, by the cheapest request it has. */
  probe(signal: AbortSignal): Promise<void>
}

export interface InferOptions {
  /** `provider/model`, tried in order; the next only after the one before failed for good. */
  chain: readonly string[]
  signal: AbortSignal
  /** A new attempt starts its text afresh. */
  onToken(attempt: number, text: string): void
}

export interface Gateway {
  infer(request: ModelRequest, options: InferOptions): Promise<ModelAnswer>
  /** USD; null where the price is not known. */
  priceOf(model: string, usage: ModelUsage): number | null
  /** Loads what these models are asked through, so that the first request need not wait for it. Never fails: the request itself tells what is wrong. */
  warm(models: readonly string[]): Promise<void>
  /** Throws MODEL_UNKNOWN where a `provider/model` names no provider. */
  check(model: string): void
  view(options: { probe: boolean; signal: AbortSignal }): Promise<ModelsView>
}
