import { type Agent, createAgent, createTool, type Tool } from '@inngest/agent-kit'
import { z } from 'zod'
import type { AgentName } from '../../../shared/plan.ts'
import type { Role } from '../../../shared/tasks.ts'
import type { ToolCategory, ToolInfo } from '../../../shared/tools.ts'

/** An agent as its own file states it. */
export interface AgentSpec {
  name: AgentName
  description: string
  role: Role
  /** Turns after which it hands off to itself. */
  turnLimit: number
  /** A tool is its if its category or its name is listed. */
  tools: { categories?: readonly ToolCategory[]; names?: readonly string[] }
  prompt: string
}

/** An agent with the tools that this host has. */
export interface AgentDefinition<State extends Record<string, unknown> = Record<string, unknown>> {
  spec: AgentSpec
  /** AgentKit's own. Its turn loop is ours: see turn-loop.ts. */
  agent: Agent<State>
  toolNames: string[]
  /** Those that leave nothing behind. */
  readOnlyToolNames: string[]
}

export function defineAgent<State extends Record<string, unknown>>(spec: AgentSpec, tools: readonly KnownTool[]): AgentDefinition<State> {
  const own = tools.filter(({ info }) => spec.tools.categories?.includes(info.category) === true || spec.tools.names?.includes(info.name) === true)
  return {
    spec,
    agent: createAgent({ name: spec.name, description: spec.description, system: spec.prompt, tools: own.map(({ tool }) => tool) }),
    toolNames: own.map(({ info }) => info.name),
    readOnlyToolNames: own.filter(({ info }) => info.effect === 'none').map(({ info }) => info.name),
  }
}

export interface KnownTool {
  info: ToolInfo
  tool: Tool.Any
}

/** A zod schema cannot cross threads; its JSON Schema can. The host validates again, with what JSON Schema cannot say. */
export function defineTool(info: ToolInfo): KnownTool {
  return {
    info,
    tool: createTool({
      name: info.name,
      description: info.description,
      parameters: z.fromJSONSchema(info.inputSchema),
      handler: () => {
        throw new Error(`${info.name} runs on the host, in the batch of its answer`)
      },
    }),
  }
}
