import { toErrorBody } from '../../../shared/errors.ts'
import { jsonValueSchema, type JsonValue } from '../../../shared/json.ts'
import type { ToolOutcome } from '../../../shared/tools.ts'
import { UsageError, has } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'

/** Prints what the tool gave, or `{ "error": … }` and exits 1. */
export async function tool(context: CommandContext): Promise<number> {
  const { args, io, json, workspace, open } = context
  const [name = '', text] = args.positionals
  const parsed = parseArgs(text ?? (await io.readPiped({ patient: false })))
  const session = await open('decide')
  if (has(args, 'trust')) await session.api.call('trust.set', { dir: workspace, trusted: true })
  const outcome = await session.api.call('tools.run', { workspace, call: { tool: name, args: parsed } }).catch((error: unknown): ToolOutcome => ({ error: toErrorBody(error) }))
  const value = 'error' in outcome ? outcome : outcome.result
  io.out(`${JSON.stringify(value, null, json ? undefined : 2)}\n`)
  return 'error' in outcome ? EXIT.failed : EXIT.done
}

function parseArgs(text: string | undefined): JsonValue {
  if (text === undefined || text.trim() === '') return {}
  try {
    return jsonValueSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new UsageError(`the arguments are no JSON: ${error instanceof Error ? error.message : String(error)}`, 'tool')
  }
}
