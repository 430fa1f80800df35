import type { OperationName, OperationOutput, OperationParsedInput, RainyApi, StreamItem, StreamName, StreamParsedInput } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import { parseOperation, parseStream } from './http/parse-input.ts'

/** One function an operation: what it gives for an input that the schema has checked. */
export type Handlers = { [Name in OperationName]: (input: OperationParsedInput<Name>, signal: AbortSignal) => Promise<OperationOutput<Name>> | OperationOutput<Name> }
export type StreamHandlers = { [Name in StreamName]: (input: StreamParsedInput<Name>, signal: AbortSignal) => AsyncIterable<StreamItem<Name>> }

const NEVER = new AbortController().signal

/**
 * The core's face: checks an input against the operation's schema, then hands it to its handler. BAD_REQUEST names the first mistake.
 * When `ended` aborts, streams end and what is called is CANCELLED: the database behind it is going.
 */
export function createApi(handlers: Handlers, streams: StreamHandlers, ended: AbortSignal): RainyApi {
  return {
    async call(name, input, { signal = NEVER } = {}) {
      if (ended.aborted) throw hasEnded()
      try {
        return await handlers[name](parseOperation(name, input), AbortSignal.any([signal, ended]))
      } catch (error) {
        throw ended.aborted && !(error instanceof RainyError) ? hasEnded(error) : error
      }
    },
    subscribe(name, input, { signal = NEVER } = {}) {
      if (ended.aborted) throw hasEnded()
      return streams[name](parseStream(name, input), AbortSignal.any([signal, ended]))
    },
  }
}

function hasEnded(cause?: unknown): RainyError {
  return new RainyError('CANCELLED', 'This program is ending; ask again where the next one runs.', { cause })
}
