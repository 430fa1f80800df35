import { z } from 'zod'
import type { ToolResult } from './types.ts'

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

function asJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** A tool's result as data, where it was shown as data of this shape. */
export function dataOf<T>(result: ToolResult | undefined, schema: z.ZodType<T>): T | undefined {
  const parsed = schema.safeParse(asJson(result?.content ?? ''))
  return parsed.success ? parsed.data : undefined
}

/** Why a call failed, in one line; undefined where it did not. */
export function failureOf(result: ToolResult | undefined): string | undefined {
  if (!result) return 'the call gave no result'
  if (!result.isError) return undefined
  return dataOf(result, errorSchema)?.error.message ?? result.content.trim().split('\n')[0] ?? ''
}

export function failedWith(result: ToolResult | undefined, code: string): boolean {
  return result?.isError === true && dataOf(result, errorSchema)?.error.code === code
}
