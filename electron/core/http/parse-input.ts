import type { z } from 'zod'
import { OPERATIONS, STREAMS } from '../../../shared/api.ts'
import type { OperationName, OperationParsedInput, StreamName, StreamParsedInput } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(STREAMS, name)
}

/** What a surface sent, checked. BAD_REQUEST names the first member that is wrong. */
export function parseOperation<Name extends OperationName>(name: Name, input: unknown): OperationParsedInput<Name> {
  return parse<OperationParsedInput<Name>>(OPERATIONS[name].input, input)
}

export function parseStream<Name extends StreamName>(name: Name, input: unknown): StreamParsedInput<Name> {
  return parse<StreamParsedInput<Name>>(STREAMS[name].input, input)
}

/** What a route takes beside an operation's own input. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parse<z.output<Schema>>(schema, input)
}

function parse<Value>(schema: z.ZodType, input: unknown): Value {
  const parsed = schema.safeParse(input)
  // The schema's own output: each caller names both in one line.
  if (parsed.success) return parsed.data as Value
  const issue = parsed.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  throw new RainyError('BAD_REQUEST', `${path === '' ? 'The request' : path}: ${issue?.message ?? 'not valid'}`, { details: { path } })
}
