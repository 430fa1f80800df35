import { hash } from 'node:crypto'
import type { z } from 'zod'
import { RainyError } from '../../../shared/errors.ts'
import { canonicalJson, type JsonValue } from '../../../shared/json.ts'
import type { CallSubject } from '../../../shared/tools.ts'
import type { Workspace } from '../workspace/types.ts'
import { diffOfPlan, planOnDisk } from './file-plan.ts'
import type { Registry } from './registry.ts'
import type { AnyTool, CallDescription, FileToolDefinition, PreparedCall, ToolDeps } from './types.ts'

const ISSUES_SHOWN = 5
const PREVIEW_LIMIT_CHARS = 100_000

interface Prepare {
  registry: Registry
  deps: ToolDeps
  workspace: Workspace
  signal: AbortSignal
}

/** Validates a call and says what it would do. Nothing has been done afterwards. */
export async function prepareCall({ registry, deps, workspace, signal }: Prepare, name: string, args: JsonValue): Promise<PreparedCall> {
  signal.throwIfAborted()
  const tool = registry.get(name)
  const input = parseArgs(tool, args)
  const context = { workspace, signal }
  const described = 'plan' in tool ? await describeFile(tool, deps, input, context) : ((await tool.describe?.(input, context)) ?? {})
  const identity = hashOf({ tool: name, args, workspace: workspace.root })
  return { tool: name, args, info: registry.info(name), identity, subject: subjectOf(tool, args, identity, described) }
}

/** Throws INVALID_TOOL_ARGS, naming what is wrong with which argument. */
export function parseArgs(tool: AnyTool, args: JsonValue): z.output<AnyTool['input']> {
  const parsed = tool.input.safeParse(args)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, ISSUES_SHOWN).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
  const said = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  throw new RainyError('INVALID_TOOL_ARGS', `The arguments of ${tool.name} are not right: ${said}.`, { details: { issues } })
}

/**
 * A file tool's preview is the diff of what it would do now. It is made when it is looked at: most calls need nobody's leave.
 * A plan that fails now may succeed in its turn, after the calls before it: then the arguments are the preview.
 */
async function describeFile(tool: FileToolDefinition, deps: ToolDeps, input: unknown, context: { workspace: Workspace; signal: AbortSignal }): Promise<CallDescription> {
  const path = await context.workspace.resolve(tool.target(input), 'write')
  try {
    const plan = await planOnDisk(tool, deps, input, context)
    return {
      writes: [path.relative],
      get preview() {
        return diffOfPlan(plan)
      },
    }
  } catch (error) {
    if (error instanceof RainyError) return { writes: [path.relative] }
    throw error
  }
}

function subjectOf(tool: AnyTool, args: JsonValue, identity: string, described: CallDescription): CallSubject {
  return {
    tool: tool.name,
    category: tool.category,
    effect: tool.effect,
    writes: described.writes ?? [],
    ...(described.command === undefined ? {} : { command: described.command }),
    ...(described.cwd === undefined ? {} : { cwd: described.cwd }),
    get preview() {
      const preview = described.preview ?? JSON.stringify(args, undefined, 2)
      return preview.length > PREVIEW_LIMIT_CHARS ? `${preview.slice(0, PREVIEW_LIMIT_CHARS)}\n… ${preview.length - PREVIEW_LIMIT_CHARS} more characters` : preview
    },
    // With what the arguments come to now: where that changes after an approval, what would run is another thing and is asked for again.
    hash: hashOf({ identity, writes: described.writes ?? [], command: described.command ?? null, cwd: described.cwd ?? null }),
  }
}

function hashOf(value: JsonValue): string {
  return hash('sha256', canonicalJson(value), 'hex')
}
