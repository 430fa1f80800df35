import { z } from 'zod'

/**
 * The closed list of error codes: what each means to HTTP, to a shell, and whether trying again can help.
 * `exit` is the exit status of a command that ends with this error.
 */
export const ERROR_TABLE = {
  // files
  PATH_OUTSIDE_WORKSPACE: { http: 403, exit: 1, retriable: false },
  PATH_EMPTY: { http: 400, exit: 1, retriable: false },
  PATH_HAS_NUL: { http: 400, exit: 1, retriable: false },
  NAME_TOO_LONG: { http: 400, exit: 1, retriable: false },
  SYMLINK_LOOP: { http: 400, exit: 1, retriable: false },
  PROTECTED_PATH: { http: 403, exit: 1, retriable: false },
  UNSAFE_UNICODE: { http: 400, exit: 1, retriable: false },
  NOT_FOUND: { http: 404, exit: 1, retriable: false },
  IS_DIRECTORY: { http: 400, exit: 1, retriable: false },
  NOT_REGULAR_FILE: { http: 400, exit: 1, retriable: false },
  FILE_TOO_LARGE: { http: 413, exit: 1, retriable: false },
  BINARY_FILE: { http: 400, exit: 1, retriable: false },
  ENCODING: { http: 400, exit: 1, retriable: false },
  INVALID_TEXT: { http: 400, exit: 1, retriable: false },
  ALREADY_EXISTS: { http: 409, exit: 1, retriable: false },
  PERMISSION_DENIED: { http: 403, exit: 1, retriable: false },
  DISK_FULL: { http: 507, exit: 1, retriable: true },
  STALE_FILE: { http: 409, exit: 1, retriable: false },
  NO_MATCH: { http: 422, exit: 1, retriable: false },
  AMBIGUOUS_MATCH: { http: 422, exit: 1, retriable: false },
  // commands
  COMMAND_EMPTY: { http: 400, exit: 1, retriable: false },
  CWD_NOT_FOUND: { http: 404, exit: 1, retriable: false },
  INVALID_TIMEOUT: { http: 400, exit: 1, retriable: false },
  TIMEOUT: { http: 504, exit: 1, retriable: true },
  OUTPUT_LIMIT: { http: 413, exit: 1, retriable: false },
  CANCELLED: { http: 409, exit: 130, retriable: false },
  OUTCOME_UNKNOWN: { http: 409, exit: 1, retriable: false },
  SANDBOX_UNAVAILABLE: { http: 503, exit: 1, retriable: false },
  DENIED: { http: 403, exit: 1, retriable: false },
  UNTRUSTED_WORKSPACE: { http: 403, exit: 3, retriable: false },
  NO_TEST_RUNNER: { http: 422, exit: 1, retriable: false },
  NOT_A_REPOSITORY: { http: 422, exit: 1, retriable: false },
  NOTHING_TO_COMMIT: { http: 422, exit: 1, retriable: false },
  LANGUAGE_SERVER_UNAVAILABLE: { http: 503, exit: 1, retriable: false },
  // tools
  UNKNOWN_TOOL: { http: 404, exit: 1, retriable: false },
  INVALID_TOOL_ARGS: { http: 400, exit: 1, retriable: false },
  DUPLICATE_CALL_ID: { http: 400, exit: 1, retriable: false },
  // models
  PROVIDER_UNREACHABLE: { http: 502, exit: 1, retriable: true },
  PROVIDER_AUTH: { http: 502, exit: 1, retriable: false },
  PROVIDER_RATE_LIMITED: { http: 503, exit: 1, retriable: true },
  PROVIDER_OVERLOADED: { http: 503, exit: 1, retriable: true },
  PROVIDER_BAD_RESPONSE: { http: 502, exit: 1, retriable: true },
  STREAM_TRUNCATED: { http: 502, exit: 1, retriable: true },
  CONTEXT_TOO_LONG: { http: 422, exit: 1, retriable: false },
  BUDGET_EXHAUSTED: { http: 402, exit: 3, retriable: false },
  TURN_LIMIT: { http: 422, exit: 3, retriable: false },
  TASK_TIMEOUT: { http: 504, exit: 3, retriable: false },
  MODEL_UNKNOWN: { http: 422, exit: 2, retriable: false },
  BUILTIN_CANNOT: { http: 422, exit: 1, retriable: false },
  // tasks
  TASK_NOT_FOUND: { http: 404, exit: 2, retriable: false },
  AMBIGUOUS_ID: { http: 409, exit: 2, retriable: false },
  APPROVAL_NOT_FOUND: { http: 404, exit: 2, retriable: false },
  CHECKPOINT_NOT_FOUND: { http: 404, exit: 2, retriable: false },
  ALREADY_DECIDED: { http: 409, exit: 1, retriable: false },
  NOT_RESUMABLE: { http: 409, exit: 1, retriable: false },
  REWIND_CONFLICT: { http: 409, exit: 1, retriable: false },
  STEP_NOT_SERIALIZABLE: { http: 500, exit: 1, retriable: false },
  WORKER_CRASHED: { http: 500, exit: 3, retriable: true },
  RUN_DIVERGED: { http: 409, exit: 3, retriable: false },
  // http
  UNAUTHORIZED: { http: 401, exit: 2, retriable: false },
  FORBIDDEN_HOST: { http: 403, exit: 2, retriable: false },
  FORBIDDEN_ORIGIN: { http: 403, exit: 2, retriable: false },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, exit: 2, retriable: false },
  BODY_TOO_LARGE: { http: 413, exit: 2, retriable: false },
  TOO_MANY_CONNECTIONS: { http: 503, exit: 1, retriable: true },
  PORT_IN_USE: { http: 500, exit: 2, retriable: false },
  BAD_REQUEST: { http: 400, exit: 2, retriable: false },
  INTERNAL: { http: 500, exit: 1, retriable: false },
  // start
  CONFIG_INVALID: { http: 500, exit: 2, retriable: false },
  DB_CORRUPT: { http: 500, exit: 2, retriable: false },
  DB_UNOPENABLE: { http: 500, exit: 2, retriable: false },
  DB_TOO_NEW: { http: 500, exit: 2, retriable: false },
  ALREADY_RUNNING: { http: 409, exit: 2, retriable: true },
} as const satisfies Record<string, { http: number; exit: number; retriable: boolean }>

export type ErrorCode = keyof typeof ERROR_TABLE

export const errorCodeSchema = z.enum(Object.keys(ERROR_TABLE) as [ErrorCode, ...ErrorCode[]])

/** An error as it crosses any wall: HTTP, IPC, a worker, the database. Never a stack. */
export const errorBodySchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type ErrorBody = z.infer<typeof errorBodySchema>

/** The one error class of the program. `message` says what was wrong and what to do. */
export class RainyError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RainyError'
    this.code = code
    this.details = options.details
  }

  get retriable(): boolean {
    return ERROR_TABLE[this.code].retriable
  }
}

/** Turns anything thrown into the body that others may see; what is not ours becomes INTERNAL with its message. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof RainyError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) }
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

/** The inverse of {@link toErrorBody}, for the receiving side of a wall. */
export function fromErrorBody(body: ErrorBody): RainyError {
  return new RainyError(body.code, body.message, body.details ? { details: body.details } : {})
}
