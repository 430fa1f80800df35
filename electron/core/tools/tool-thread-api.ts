import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import { asPathError } from '../workspace/fs-errors.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Workspace } from '../workspace/types.ts'
import { parseArgs } from './prepare-call.ts'
import { createThreadRegistry } from './registry.ts'
import type { ThreadCall, ToolThreadApi } from './tool-thread-protocol.ts'
import type { ThreadToolDeps, ToolDefinition } from './types.ts'

/** The tools of a thread, called by name. */
export function createToolThreadApi(deps: ThreadToolDeps): ToolThreadApi {
  const registry = createThreadRegistry(deps)
  const workspaces = new Map<string, Promise<Workspace>>()
  const running = new Map<number, AbortController>()

  const workspaceOf = async ({ root, protectedPaths }: ThreadCall): Promise<Workspace> => {
    const key = JSON.stringify([root, protectedPaths])
    let workspace = workspaces.get(key)
    if (!workspace) {
      workspace = openWorkspace({ root, protectedPaths, log: deps.log })
      workspaces.set(key, workspace)
      workspace.catch(() => workspaces.delete(key))
    }
    return workspace
  }

  return {
    async call(id, call) {
      const controller = new AbortController()
      running.set(id, controller)
      try {
        const tool = registry.get(call.tool)
        if ('plan' in tool) throw new RainyError('INTERNAL', `${call.tool} does not run in a thread.`)
        const value = await run(tool, call, await workspaceOf(call), controller.signal)
        return { ok: true, value: toPlain(value) }
      } catch (error) {
        return { ok: false, error: toErrorBody(asPathError(error, call.tool)) }
      } finally {
        running.delete(id)
      }
    },
    cancel: (id) => running.get(id)?.abort(new RainyError('CANCELLED', 'The call was cancelled.')),
  }
}

/** As JSON has it: members that are undefined are gone. */
function toPlain(value: unknown): JsonValue {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as JsonValue)
}

async function run(tool: ToolDefinition, { method, args, intent = null }: ThreadCall, workspace: Workspace, signal: AbortSignal): Promise<unknown> {
  const input = parseArgs(tool, args)
  const context = { workspace, signal }
  switch (method) {
    case 'describe':
      return tool.describe?.(input, context)
    case 'run':
      // What these tools read is for themselves, and they print nothing.
      return tool.run(input, { ...context, onOutput: () => undefined, noteRead: () => undefined })
    case 'intent':
      return tool.journal?.intent(input, context)
    case 'recover':
      return tool.journal?.recover(input, intent satisfies JsonValue, context)
    default:
      return method satisfies never
  }
}
