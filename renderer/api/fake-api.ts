import type { OperationInput, OperationName, OperationOutput, RainyApi, StreamInput, StreamItem, StreamName } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'

export type FakeAnswers = { [Name in OperationName]?: (input: OperationInput<Name>) => OperationOutput<Name> | Promise<OperationOutput<Name>> }

export interface FakeApi extends RainyApi {
  /** What was asked, in order. */
  readonly calls: Array<{ name: OperationName; input: unknown }>
  readonly subscriptions: Array<{ name: StreamName; input: unknown }>
  /** Sends to everyone who follows `name` now, and to those who come later first. */
  send<Name extends StreamName>(name: Name, ...items: StreamItem<Name>[]): void
  /** Breaks every stream that is open, as a lost connection does. */
  breakStreams(error?: Error): void
}

interface Follower {
  wake(): void
  failure: Error | undefined
}

/** A core that says what it was told to say. Streams replay what was sent, as the real ones do; `tasks.follow` honours `after`. */
export function createFakeApi(answers: FakeAnswers = {}): FakeApi {
  const sent = new Map<StreamName, unknown[]>()
  const followers = new Set<Follower>()
  const calls: FakeApi['calls'] = []
  const subscriptions: FakeApi['subscriptions'] = []

  async function call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    calls.push({ name, input })
    const answer = answers[name] as ((input: OperationInput<Name>) => OperationOutput<Name> | Promise<OperationOutput<Name>>) | undefined
    if (!answer) throw new RainyError('INTERNAL', `the fake core has no answer to ${name}`)
    return await answer(input)
  }

  async function* subscribe<Name extends StreamName>(name: Name, input: StreamInput<Name>, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<StreamItem<Name>, void> {
    subscriptions.push({ name, input })
    let wake = Promise.withResolvers<void>()
    const follower: Follower = { wake: () => wake.resolve(), failure: undefined }
    followers.add(follower)
    signal?.addEventListener('abort', follower.wake, { once: true })
    try {
      for (let next = 0; ; ) {
        if (signal?.aborted) return
        if (follower.failure) throw follower.failure
        const item = sent.get(name)?.[next]
        if (item === undefined) {
          await wake.promise
          wake = Promise.withResolvers()
        } else {
          next += 1
          // Only items of this stream's own kind are ever sent to it.
          if (wanted(input, item)) yield item as StreamItem<Name>
        }
      }
    } finally {
      followers.delete(follower)
    }
  }

  return {
    call,
    subscribe,
    calls,
    subscriptions,
    send(name, ...items) {
      sent.set(name, [...(sent.get(name) ?? []), ...items])
      for (const follower of followers) follower.wake()
    },
    breakStreams(error = new RainyError('INTERNAL', 'the connection was lost')) {
      for (const follower of followers) {
        follower.failure = error
        follower.wake()
      }
    },
  }
}

function wanted(input: { taskId?: string; after?: number | undefined; terminalId?: string }, item: unknown): boolean {
  if (input.taskId === undefined || typeof item !== 'object' || item === null) return true
  const { taskId, seq } = item as { taskId?: string; seq?: number }
  return taskId === input.taskId && (seq ?? 0) > (input.after ?? 0)
}
