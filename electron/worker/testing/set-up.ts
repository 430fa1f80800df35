import { parseActivation } from '../../../shared/activation.ts'
import type { InferResult, ModelAnswer } from '../../../shared/model.ts'
import { type App, createApp } from '../app.ts'
import { TEST_TOOLS } from './fixtures.ts'
import { createFakeHost, type FakeHost, type FakeHostOptions, type SeenInference } from './host.fake.ts'
import { createDriver, type Driver } from './sdk-driver.ts'

export interface TestBench {
  driver: Driver
  host: FakeHost
  app: App
}

/** The app, a fake host and the driver, in one process. */
export function setUp(options: Omit<FakeHostOptions, 'sdk'>): TestBench {
  const driver = createDriver({ appId: 'rainy-brain', invoke: (request) => app.invoke(request) })
  const host = createFakeHost({ ...options, sdk: driver.sdk })
  const app = createApp(host, TEST_TOOLS)
  return { driver, host, app }
}

/** The texts that one side of a conversation has said. */
export function said(seen: SeenInference, role: 'user' | 'tool'): string[] {
  return seen.messages.flatMap((message) => (message.role !== role ? [] : [message.role === 'user' ? message.text : message.content]))
}

export function activationOf(seen: SeenInference | undefined): ReturnType<typeof parseActivation> {
  const first = seen?.messages[0]
  return first?.role === 'user' ? parseActivation(first.text) : undefined
}

/** Who was woken for what, in order. */
export function activations(host: FakeHost): string[] {
  return host.inferences.filter((seen) => seen.messages.length === 1).map((seen) => `${seen.request.agent}: ${activationOf(seen)?.phase ?? 'nothing'}`)
}

type Scripted = ModelAnswer | InferResult | ((seen: SeenInference) => ModelAnswer | InferResult)

/** Answers by agent and phase, each list in order; the last one again when it is used up. */
export function scripted(script: Record<string, Scripted[]>): (seen: SeenInference) => ModelAnswer | InferResult {
  const used = new Map<string, number>()
  return (seen) => {
    const key = `${seen.request.agent}: ${activationOf(seen)?.phase ?? 'nothing'}`
    const answers = script[key]
    const at = used.get(key) ?? 0
    used.set(key, at + 1)
    const next = answers?.[Math.min(at, answers.length - 1)]
    if (next === undefined) throw new Error(`no answer was scripted for ${key}`)
    return typeof next === 'function' ? next(seen) : next
  }
}
