import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ERROR_TABLE, toErrorBody } from '../../../shared/errors.ts'
import type { ErrorBody, ErrorCode } from '../../../shared/errors.ts'

/** An error as it leaves over HTTP. Contract part 3. */
export function errorResponse(error: unknown): { body: { error: ErrorBody }; status: ContentfulStatusCode } {
  const body = toErrorBody(error)
  return { body: { error: body }, status: errorStatus(body.code) }
}

export function errorStatus(code: ErrorCode): ContentfulStatusCode {
  return ERROR_TABLE[code].http
}
