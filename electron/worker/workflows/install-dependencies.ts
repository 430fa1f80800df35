import { z } from 'zod'
import type { JsonValue } from '../../../shared/json.ts'
import type { Durable } from '../durable.ts'

const packageFileSchema = z.object({
  packageManager: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
})
const readResultSchema = z.object({ content: z.string() })
const commandResultSchema = z.object({ exitCode: z.int().nullable(), output: z.string() })

const INSTALL_TIMEOUT_MS = 300_000
const OUTPUT_EXCERPT_CHARS = 500

/** No lifecycle scripts: what a registry sends must not run before anyone looked at it. */
const INSTALL_COMMANDS: Record<string, string> = {
  npm: 'npm install --ignore-scripts --no-audit --no-fund',
  pnpm: 'pnpm install --ignore-scripts',
  yarn: 'yarn install --ignore-scripts',
  bun: 'bun install --ignore-scripts',
}

/** Installs what the package file asks for, if anything. Decided by looking, not by a model. Returns what the user should know. */
export async function installDependencies(durable: Durable): Promise<string[]> {
  const read = await durable.effect('install-deps/look', 'run-tool', { key: 'install-deps/look', tool: 'read_file', args: { path: 'package.json' } })
  if ('error' in read) return []
  const command = installCommand(read.result)
  if (command === undefined) return []
  const args = { command, timeoutMs: INSTALL_TIMEOUT_MS }
  const run = await durable.effect('install-deps/run', 'run-tool', { key: 'install-deps/run', tool: 'run_command', args })
  if ('error' in run) return [`Dependencies were not installed: ${run.error.message} Run "${command}" yourself.`]
  const { exitCode, output } = commandResultSchema.parse(run.result)
  return exitCode === 0 ? [] : [`Dependencies were not installed ("${command}" ended with ${exitCode}): ${output.slice(-OUTPUT_EXCERPT_CHARS)}`]
}

function installCommand(read: JsonValue): string | undefined {
  const file = readResultSchema.safeParse(read)
  if (!file.success) return undefined
  let value: unknown
  try {
    value = JSON.parse(file.data.content)
  } catch {
    // The checks that follow will complain of it.
    return undefined
  }
  const parsed = packageFileSchema.safeParse(value)
  if (!parsed.success) return undefined
  const { packageManager = 'npm', dependencies, devDependencies } = parsed.data
  if (Object.keys(dependencies).length + Object.keys(devDependencies).length === 0) return undefined
  return INSTALL_COMMANDS[packageManager.split('@', 1)[0] ?? 'npm'] ?? INSTALL_COMMANDS['npm']
}
