import { NonRetriableError } from 'inngest'
import { ERROR_TABLE, type ErrorBody, type ErrorCode, errorCodeSchema, RainyError, toErrorBody } from '../../shared/errors.ts'

/**
 * A final error of a step. Inngest stores an error's name and message and no more, so the name carries our code.
 */
export class FinalStepError extends NonRetriableError {
  constructor(code: ErrorCode | 'RunDivergedError', message: string) {
    super(message)
    this.name = code
  }
}

/** Retried by the engine, with its backoff. */
class RetriableStepError extends Error {
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = code
  }
}

/** The name by which the engine knows that code and stored steps no longer fit. */
const DIVERGED = 'RunDivergedError'

export function divergedError(stepName: string): Error {
  return new FinalStepError(DIVERGED, `The step "${stepName}" was given something else than when it ran first; this run cannot go on with this version of the program.`)
}

export function stepErrorFrom(body: ErrorBody): Error {
  // Found by the host, in a step's row or in the journal: it parks the run like what is found here, and does not end its round.
  if (body.code === 'RUN_DIVERGED') return new FinalStepError(DIVERGED, body.message)
  return ERROR_TABLE[body.code].retriable ? new RetriableStepError(body.code, body.message) : new FinalStepError(body.code, body.message)
}

/** What an error that reached the workflow says to people. */
export function errorBodyFrom(error: unknown): ErrorBody {
  if (error instanceof RainyError) return toErrorBody(error)
  const code = errorCodeSchema.safeParse(error instanceof Error ? error.name : undefined)
  return { code: code.success ? code.data : 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

/** These end the invocation, not the task: the workflow must let them through. */
export function endsInvocation(error: unknown): boolean {
  return error instanceof Error && (error.name === DIVERGED || error.name === 'CANCELLED')
}
