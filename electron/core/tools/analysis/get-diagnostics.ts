import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition } from '../types.ts'
import type { LanguageServers } from './types.ts'

const input = z.strictObject({ path: z.string().optional().describe('File or folder; the workspace by default.') })
const place = z.int().min(1)
const output = z.object({
  diagnostics: z.array(
    z.object({
      path: z.string(),
      line: place,
      column: place,
      severity: z.enum(['error', 'warning', 'information', 'hint']),
      message: z.string(),
      code: z.string(),
      source: z.string(),
      fixes: z
        .array(z.object({ title: z.string(), edits: z.array(z.object({ path: z.string(), line: place, column: place, endLine: place, endColumn: place.describe('The column after the last replaced one.'), newText: z.string() })) }))
        .optional(),
    }),
  ),
})

export function createGetDiagnosticsTool({ languageServers }: { languageServers: LanguageServers }): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'get_diagnostics',
    description: "Errors and warnings of a file, a folder or the workspace from its language servers, with the servers' quick fixes as edits.",
    category: 'analysis',
    input,
    output,
    executor: 'hybrid',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: 120_000,
    async run({ path }, { workspace, signal }) {
      const target = await workspace.resolve(path ?? '.', 'read')
      return { diagnostics: await languageServers.diagnostics({ root: workspace.root, path: target.relative, signal }) }
    },
    summarize: ({ diagnostics }) => `${diagnostics.filter((one) => one.severity === 'error').length} errors, ${diagnostics.filter((one) => one.severity === 'warning').length} warnings`,
    present: ({ diagnostics }) =>
      diagnostics.length === 0
        ? 'No diagnostics.'
        : diagnostics.map(({ path, line, column, severity, message, source, code, fixes }) => `${path}:${line}:${column} ${severity} ${source} ${code}: ${message}${(fixes ?? []).map(({ title, edits }) => `\n  fix: ${title} ${JSON.stringify(edits)}`).join('')}`).join('\n'),
  })
}
