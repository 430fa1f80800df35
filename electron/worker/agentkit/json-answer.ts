import type { z } from 'zod'

/** Reads the JSON value of an answer: the whole text, a fenced block, or the outermost braces. */
export function parseJsonAnswer<T>(text: string, schema: z.ZodType<T>): { ok: true; value: T } | { ok: false; problem: string } {
  let problem = 'there is no JSON object in it'
  for (const candidate of candidates(text)) {
    let value: unknown
    try {
      value = JSON.parse(candidate)
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
      continue
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return { ok: true, value: parsed.data }
    problem = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ')
  }
  return { ok: false, problem }
}

function* candidates(text: string): Generator<string> {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) yield trimmed
  for (const [, block] of trimmed.matchAll(/```(?:json)?\s*\n([\s\S]*?)\n\s*```/g)) if (block !== undefined) yield block
  const start = trimmed.indexOf('{')
  const end = trimmed.lastIndexOf('}')
  if (start > 0 && end > start) yield trimmed.slice(start, end + 1)
}
