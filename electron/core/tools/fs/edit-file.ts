import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import { defineFileTool } from '../define-tool.ts'
import type { FileToolDefinition } from '../types.ts'
import { diffOfContents } from '../unified-diff.ts'
import { applyEdits } from './apply-edits.ts'
import { decodeText, encodeText } from './text.ts'

const EDITS_LIMIT = 200
const TEXT_LIMIT_CHARS = 1_000_000
const TIMEOUT_MS = 30_000

const input = z.strictObject({
  path: z.string().describe('Relative to the workspace.'),
  edits: z
    .array(
      z.strictObject({
        find: z.string().min(1).max(TEXT_LIMIT_CHARS).describe('Text that the file has exactly once; give whole lines around it where it has it more often.'),
        replace: z.string().max(TEXT_LIMIT_CHARS),
        all: z.boolean().optional().describe('Replace it everywhere.'),
      }),
    )
    .min(1)
    .max(EDITS_LIMIT),
})

const output = z.object({ path: z.string(), replaced: z.int(), diff: z.string() })

export function createEditFileTool(): FileToolDefinition<typeof input, typeof output> {
  return defineFileTool({
    name: 'edit_file',
    description: 'Replaces pieces of a file, one after another: all or none.',
    category: 'write',
    input,
    output,
    parallel: false,
    retryable: false,
    timeoutMs: TIMEOUT_MS,
    target: ({ path }) => path,
    async plan({ path: asked, edits }, { workspace, read }) {
      const path = await workspace.resolve(asked, 'write')
      const before = await read(path)
      if (!before) throw new RainyError('NOT_FOUND', `${path.relative} does not exist; create it with create_file.`)
      const file = decodeText(before.bytes, path.relative)
      const { text, replaced } = applyEdits(file.text, edits, path.relative)
      const after = { bytes: encodeText({ ...file, text }, path.relative), mode: before.mode }
      return { path, before, after, result: { path: path.relative, replaced, diff: diffOfContents({ path: path.relative, before, after }) } }
    },
    summarize: ({ replaced }) => `${replaced} ${replaced === 1 ? 'place' : 'places'} changed`,
    present: ({ diff, replaced }) => (diff === '' ? `${replaced} replaced, nothing changed` : diff),
  })
}
