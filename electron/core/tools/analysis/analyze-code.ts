import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ThreadToolDeps, ToolDefinition } from '../types.ts'
import type { Grammars } from './grammars.ts'
import type { OutlineItem } from './outline.ts'

const input = z.strictObject({
  path: z.string(),
  symbol: z.string().min(1).max(200).optional().describe('Also find every use of this name in files of the language.'),
})
const line = z.int().min(1)
const item: z.ZodType<OutlineItem> = z.object({
  name: z.string(),
  kind: z.string(),
  line,
  endLine: line,
  get children() {
    return z.array(item).exactOptional()
  },
})
const output = z.object({
  language: z.string(),
  outline: z.array(item),
  imports: z.array(z.object({ source: z.string(), names: z.array(z.string()), line })),
  exports: z.array(z.object({ name: z.string(), line })),
  references: z.array(z.object({ path: z.string(), line, column: line, text: z.string() })).optional(),
})

export function createAnalyzeCodeTool(_deps: ThreadToolDeps): ToolDefinition<typeof input, typeof output> {
  let grammars: Grammars | undefined
  return defineTool({
    name: 'analyze_code',
    description: 'Outline, imports and exports of a source file; with a symbol, where its name is used in the workspace.',
    category: 'analysis',
    input,
    output,
    executor: 'worker',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: 60_000,
    async run({ path, symbol }, { workspace, signal }) {
      const [{ analyze }, { createGrammars }] = await Promise.all([import('./analyze.ts'), import('./grammars.ts')])
      grammars ??= createGrammars()
      return analyze({ workspace, path, signal, ...(symbol === undefined ? {} : { symbol }) }, grammars)
    },
    summarize: ({ language, outline, references }) => `${language}: ${outline.length} top-level items${references ? `, ${references.length} references` : ''}`,
    present: ({ language, outline, imports, exports, references }) =>
      [
        language,
        ...imports.map(({ source, names }) => `import ${names.length > 0 ? `${names.join(', ')} from ` : ''}${source}`),
        ...outline.flatMap((one) => outlineLines(one, '')),
        `exports: ${exports.map(({ name }) => name).join(', ') || 'none'}`,
        ...(references ?? []).map((one) => `${one.path}:${one.line}:${one.column} ${one.text.trim()}`),
      ].join('\n'),
  })
}

function outlineLines({ name, kind, line: first, endLine, children = [] }: OutlineItem, indent: string): string[] {
  return [`${indent}${kind} ${name} ${first}-${endLine}`, ...children.flatMap((child) => outlineLines(child, `${indent}  `))]
}
