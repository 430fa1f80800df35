import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { constants } from 'node:fs'
import { workspaceConfigSchema, type WorkspaceConfig } from '../../../shared/config.ts'
import { RainyError } from '../../../shared/errors.ts'
import { parseRule } from '../../../shared/rule-syntax.ts'
import { parseJsonc } from './read-jsonc.ts'

/** What agents are told in addition must leave room for the task. */
export const AGENTS_FILE_LIMIT_BYTES = 32 * 1024
const CONFIG_LIMIT_BYTES = 256 * 1024

/**
 * `.rainy/config.json` of a workspace that is trusted: instructions, deny rules and language servers, nothing else. Undefined
 * where there is none. A mistake throws CONFIG_INVALID: a deny rule that is not understood must not be passed over.
 */
export async function readWorkspaceConfig(root: string): Promise<WorkspaceConfig | undefined> {
  const path = join(root, '.rainy', 'config.json')
  const text = await readBounded(path, CONFIG_LIMIT_BYTES)
  if (text === undefined) return undefined
  if (text.cut) throw new RainyError('CONFIG_INVALID', `${path}:1:1: is larger than ${CONFIG_LIMIT_BYTES} bytes.`, { details: { path, line: 1, column: 1 } })
  const { value, fail } = parseJsonc({ path, text: text.content }, workspaceConfigSchema)
  value.policy?.deny?.forEach((rule, at) => {
    if (!parseRule(rule)) fail(['policy', 'deny', at], `"${rule}" is no rule: write a tool's name, or tool(pattern)`)
  })
  return value
}

/** What the agents of a trusted workspace are told: the user's instructions, the workspace's, and its AGENTS.md up to 32 kB. */
export async function readInstructions(root: string, config: { instructions: string }): Promise<string> {
  const [own, agents] = await Promise.all([readWorkspaceConfig(root), readBounded(join(root, 'AGENTS.md'), AGENTS_FILE_LIMIT_BYTES)])
  const parts = [config.instructions, own?.instructions ?? '', agents ? `${agents.content}${agents.cut ? '\n[AGENTS.md is longer; the rest is left out]' : ''}` : '']
  return parts.map((part) => part.trim()).filter((part) => part !== '').join('\n\n')
}

/** Undefined where it is missing or no regular file. Not blocked by a pipe that nobody writes to. */
async function readBounded(path: string, limitBytes: number): Promise<{ content: string; cut: boolean } | undefined> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENXIO' || code === 'ELOOP') return undefined
    throw new RainyError('CONFIG_INVALID', `${path}:1:1: cannot be read (${String(code)}).`, { cause: error, details: { path, line: 1, column: 1 } })
  })
  if (!handle) return undefined
  try {
    if (!(await handle.stat()).isFile()) return undefined
    const buffer = Buffer.alloc(limitBytes + 1)
    let length = 0
    for (let got = -1; got !== 0 && length < buffer.length; length += got) got = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead
    // A character cut in half at the limit is left out.
    return { content: new TextDecoder().decode(buffer.subarray(0, Math.min(length, limitBytes)), { stream: true }), cut: length > limitBytes }
  } finally {
    await handle.close()
  }
}
