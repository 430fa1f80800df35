import type { OperationName, OperationOutput, OperationParsedInput, RainyApi, StreamItem, StreamName, StreamParsedInput } from '../../shared/api.ts'
import { parseOperation, parseStream } from './http/parse-input.ts'

/** One function an operation: what it gives for an input that the schema has checked. */
export type Handlers = { [Name in OperationName]: (input: OperationParsedInput<Name>, signal: AbortSignal) => Promise<OperationOutput<Name>> | OperationOutput<Name> }
export type StreamHandlers = { [Name in StreamName]: (input: StreamParsedInput<Name>, signal: AbortSignal) => AsyncIterable<StreamItem<Name>> }

const NEVER = new AbortController().signal

/** The core's face: checks an input against the operation's schema, then hands it to its handler. BAD_REQUEST names the first mistake. */
export function createApi(handlers: Handlers, streams: StreamHandlers): RainyApi {
  return {
    call: async (name, input, { signal = NEVER } = {}) => handlers[name](parseOperation(name, input), signal),
    subscribe: (name, input, { signal = NEVER } = {}) => streams[name](parseStream(name, input), signal),
  }
}
