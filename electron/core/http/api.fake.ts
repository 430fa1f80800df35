import type { OperationName, OperationParsedInput, RainyApi, StreamName } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'

type Handlers = { [Name in OperationName]?: (input: never, signal: AbortSignal | undefined) => unknown }
type Sources = { [Name in StreamName]?: (input: never, signal: AbortSignal | undefined) => AsyncIterable<unknown> }

/** A core of which a test states what each operation answers; all else is not there. It keeps what it was asked. */
export function createFakeApi(handlers: Handlers = {}, sources: Sources = {}): RainyApi & { asked: Array<{ name: string; input: unknown }> } {
  const asked: Array<{ name: string; input: unknown }> = []
  return {
    asked,
    async call(name, input, options) {
      asked.push({ name, input })
      const handler = handlers[name]
      if (!handler) throw new RainyError('INTERNAL', `the fake has no ${name}`)
      // A test's own handlers: it says what they take and give.
      return (await handler(input as never, options?.signal)) as never
    },
    subscribe(name, input, options) {
      asked.push({ name, input })
      const source = sources[name]
      if (!source) throw new RainyError('INTERNAL', `the fake has no ${name}`)
      return source(input as never, options?.signal) as never
    },
  }
}

export type FakeInput<Name extends OperationName> = OperationParsedInput<Name>
