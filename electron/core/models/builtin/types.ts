import type { JsonObject } from '../../../../shared/json.ts'
import type { ModelMessage, ModelTool } from '../../../../shared/model.ts'

/** What the rules look at: one inference, in no provider's own format. */
export interface RulesRequest {
  agent: string
  system: string
  messages: readonly ModelMessage[]
  tools: readonly ModelTool[]
}

export interface RulesCall {
  name: string
  args: JsonObject
}

/** Calls to make, with what is being done in words; or the last word. */
export interface RulesAnswer {
  text: string
  calls: RulesCall[]
  /** Nothing of what was asked can be done by rules; `text` says so. */
  cannot?: boolean
}

export type ToolResult = Extract<ModelMessage, { role: 'tool' }>

/** What came of an order, in words for the user. */
export interface Outcome {
  text: string
  ok: boolean
}

/**
 * How an order is carried out: it yields an answer with calls, is given their results in the order of the calls, and returns
 * what came of it. It is run from its start for every inference, with the results that the conversation holds, so it must
 * depend on nothing else.
 */
export type Procedure<T = Outcome> = Generator<RulesAnswer, T, ToolResult[]>

/** What a procedure may look at beside its order. */
export interface Surroundings {
  agent: string
  templates: Templates
  /** Names of the tools that may be called. */
  tools: ReadonlySet<string>
  /** Of today, for a licence. */
  year: string
}

export interface TemplateVariant {
  name: string
  /** Project names that want this one; `default` has none and takes all others. */
  names: string[]
  description: string
  /** Path → content, laid over the template's own. */
  files: Record<string, string>
}

/** A project template: data alone. `{{name}}` and its like stand in paths and contents. */
export interface Template {
  name: string
  title: string
  files: Record<string, string>
  variants: TemplateVariant[]
}

export type Templates = Record<string, Template>
