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

/** Calls to make, or the last word; with calls the text says what is being done. */
export interface RulesAnswer {
  text: string
  calls: RulesCall[]
}

/** A project template: data alone. `{{name}}` and its like stand in paths and contents. */
export interface Template {
  name: string
  title: string
  /** Workspace-relative path → content. */
  files: Record<string, string>
  /** Functions that are ready made, by the names of projects that want them: variant → path → content, laid over `files`. */
  variants: Record<string, Record<string, string>>
}

export type Templates = Record<string, Template>
