import { z } from 'zod'
import { RainyError } from '../../../shared/errors.ts'
import { jsonValueSchema, type JsonValue } from '../../../shared/json.ts'
import type { Workspace } from '../workspace/types.ts'
import type { ToolThread } from './tool-thread-client.ts'
import type { ThreadCall } from './tool-thread-protocol.ts'
import type { AnyTool, CallDescription, ToolDefinition } from './types.ts'

const descriptionSchema = z.object({ writes: z.array(z.string()), command: z.string(), cwd: z.string(), preview: z.string() }).partial().nullable()
const recoveredSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), result: jsonValueSchema }),
  z.object({ state: z.literal('not-done') }),
  z.object({ state: z.literal('unknown') }),
])

type Context = { workspace: Workspace; signal: AbortSignal }

/** A tool as the executor sees it, its work being done in the tool thread. Tools of the host's thread stay as they are. */
export function inThread(tool: AnyTool, thread: ToolThread): AnyTool {
  if ('plan' in tool || tool.executor !== 'worker') return tool
  const call = async (method: ThreadCall['method'], input: unknown, { workspace, signal }: Context, intent?: JsonValue): Promise<JsonValue> =>
    thread.call(
      { tool: tool.name, method, root: workspace.root, protectedPaths: workspace.protectedPaths, args: JSON.parse(JSON.stringify(input)) as JsonValue, ...(intent === undefined ? {} : { intent }) },
      signal,
    )
  const run = async (input: unknown, context: Context): Promise<unknown> => {
    try {
      return await call('run', input, context)
    } catch (error) {
      // The thread may have died of another call on it. What has no effect is simply done again, once.
      if (tool.effect === 'none' && error instanceof RainyError && error.code === 'WORKER_CRASHED') return call('run', input, context)
      throw error
    }
  }
  const { describe, journal, ...face } = tool
  const remote: ToolDefinition = { ...face, run }
  if (describe) remote.describe = async (input, context): Promise<CallDescription> => definedOnly(descriptionSchema.parse(await call('describe', input, context)))
  if (journal) {
    remote.journal = {
      intent: async (input, context) => call('intent', input, context),
      recover: async (input, intent, context) => recoveredSchema.parse(await call('recover', input, context, intent)),
    }
  }
  return remote
}

function definedOnly(description: z.infer<typeof descriptionSchema>): CallDescription {
  const members = Object.entries(description ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members) as CallDescription
}
