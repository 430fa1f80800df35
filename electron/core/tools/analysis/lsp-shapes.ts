import { z } from 'zod'

/** What we read of a server's answers: servers are other people's programs, so all of it is parsed. */
const position = z.object({ line: z.int().min(0), character: z.int().min(0) })
const range = z.object({ start: position, end: position })

export const diagnosticSchema = z.looseObject({
  range,
  severity: z.int().optional(),
  code: z.union([z.string(), z.number()]).nullish(),
  source: z.string().nullish(),
  message: z.union([z.string(), z.object({ value: z.string() })]),
})
export type LspDiagnostic = z.infer<typeof diagnosticSchema>

export const diagnosticReportSchema = z.object({ items: z.array(diagnosticSchema).catch([]) })
export const publishedSchema = z.object({ uri: z.string(), version: z.number().nullish(), diagnostics: z.array(diagnosticSchema) })

const textEdit = z.object({ range, newText: z.string() })
const workspaceEdit = z.object({
  changes: z.record(z.string(), z.array(textEdit)).nullish(),
  documentChanges: z.array(z.object({ textDocument: z.object({ uri: z.string() }), edits: z.array(textEdit) })).nullish(),
})
export const codeActionSchema = z.looseObject({ title: z.string(), kind: z.string().nullish(), edit: workspaceEdit.nullish(), disabled: z.unknown().optional() })
export type LspCodeAction = z.infer<typeof codeActionSchema>
