import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import type { InngestFunction } from 'inngest'
import { createEngineBed, type EngineBed } from './engine-bed.fixture.ts'
import { createSdkApp, type SdkApp } from './sdk-app.fixture.ts'
import type { Engine } from './types.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
/** Real turns of the event loop that nothing may move in: few when no call is open, more when one may be waiting for the test. */
const QUIET_TURNS = { idle: 3, busy: 40 }

/** The real SDK on an engine whose clock the test moves. */
export interface SdkBed {
  clock: FakeClock
  bed: EngineBed
  sdk: SdkApp
  engine: Engine
  boot(...functions: InngestFunction.Any[]): Promise<void>
  /** Lets what is under way go on until nothing moves, without moving time. */
  settle(): Promise<void>
  /** Moves time from one timer to the next, with all that each sets off. */
  pass(ms: number): Promise<void>
  trigger(name: string, data?: Record<string, string | number | boolean>): Promise<void>
  dispose(): Promise<void>
}

export function createSdkBed(): SdkBed {
  const clock = createFakeClock()
  const bed = createEngineBed(clock)
  const sdk = createSdkApp()
  const engine = bed.own(1)

  async function settle(): Promise<void> {
    let quiet = 0
    let before = ''
    while (quiet < (sdk.inFlight() === 0 ? QUIET_TURNS.idle : QUIET_TURNS.busy)) {
      await clock.advance(0)
      await new Promise((resolve) => setTimeout(resolve, 1))
      const now = JSON.stringify([sdk.calls.length, sdk.inFlight(), sdk.requests.length, bed.told.length, engine.load()])
      quiet = now === before ? quiet + 1 : 0
      before = now
    }
  }

  return {
    clock,
    bed,
    sdk,
    engine,
    settle,
    async boot(...functions) {
      await sdk.connect(engine, functions)
      engine.adopt('all')
      engine.start()
    },
    async pass(ms) {
      const end = clock.now() + ms
      for (let next = clock.nextAt(); next !== undefined && next <= end; next = clock.nextAt()) {
        await clock.advance(next - clock.now())
        await settle()
      }
      await clock.advance(end - clock.now())
      await settle()
    },
    async trigger(name, data = {}) {
      engine.send([{ name, data }])
      await settle()
    },
    async dispose() {
      await engine.stop()
      bed.dispose()
    },
  }
}

export const on = (id: string, event = 'go'): { id: string; triggers: [{ event: string }] } => ({ id, triggers: [{ event }] })
