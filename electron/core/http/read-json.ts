import type { Context } from 'hono'
import { RainyError } from '../../../shared/errors.ts'

/** The body as JSON, unchecked. None at all counts as `{}`: `POST …/cancel` needs no more. */
export async function readJson(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text()
  if (text === '') return {}
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new RainyError('UNSUPPORTED_MEDIA_TYPE', 'Send JSON, with `Content-Type: application/json`.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new RainyError('BAD_REQUEST', `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new RainyError('BAD_REQUEST', 'The body must be a JSON object.', { details: { path: '' } })
  // Just checked: an object that is no array.
  return value as Record<string, unknown>
}
