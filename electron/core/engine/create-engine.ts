import { RainyError } from '../../../shared/errors.ts'
import { createContext, toView, type EngineOptions } from './context.ts'
import { takeEvent } from './event-intake.ts'
import { createHostSteps } from './host-steps.ts'
import { createLiveInvocations } from './live-invocations.ts'
import { createRunLoop } from './run-loop.ts'
import { createRunMachine } from './run-machine.ts'
import { createSdkRequests } from './sdk-requests.ts'
import type { Engine } from './types.ts'

/** The durable engine over one database: events, queue, run loop, waits. design.md part 4; the state machine is run-machine.ts. */
export function createEngine(options: EngineOptions): Engine {
  const context = createContext(options)
  const { db, clock, ids, epoch, hooks, runs, events, waits } = context
  const live = createLiveInvocations()
  const listeners = new Set<() => void>()
  const adopted = new Set<string>()
  const givenUp = new Set<string>()
  let hasAll = false
  const isAdopted = (groupKey: string | null): boolean => (groupKey === null ? hasAll : adopted.has(groupKey) || (hasAll && !givenUp.has(groupKey)))

  let isNoted = false
  const moved = (): void => {
    loop.wake()
    if (isNoted) return
    isNoted = true
    queueMicrotask(() => {
      isNoted = false
      for (const listener of listeners) listener()
    })
  }
  const machine = createRunMachine(context, {
    emit: (event) => takeEvent(context, machine, { ...event, ts: clock.now() }),
    halted: (runId) => live.halt(runId),
    moved,
  })
  const loop = createRunLoop({ context, machine, live, isAdopted })
  const hostStep = createHostSteps(context, live)
  const sdkRequest = createSdkRequests(context, machine, live)

  return {
    register(app) {
      context.functions.register(app)
      loop.wake()
    },
    send: (inputs) =>
      db.transaction(() =>
        inputs.map((input) => {
          if (input.name.startsWith('inngest/')) throw new RainyError('BAD_REQUEST', `The event "${input.name}" cannot be sent: names that begin with inngest/ are the engine's own.`)
          const id = input.id ?? ids.ulid()
          takeEvent(context, machine, { id, name: input.name, data: input.data, ts: input.ts ?? clock.now() })
          return id
        }),
      ),
    hostStep,
    sdk: async (ref, path, method, body, headers = {}) => sdkRequest({ ref, path, method, body, headers }),
    adopt(groupKey) {
      if (groupKey === 'all') {
        hasAll = true
        givenUp.clear()
      } else {
        adopted.add(groupKey)
        givenUp.delete(groupKey)
      }
      // Nobody executes what an older owner was executing.
      const orphans = runs.listOrphans(epoch, groupKey === 'all' ? null : groupKey)
      if (orphans.length > 0) {
        db.transaction(() => {
          for (const run of orphans) {
            machine.release(run)
            hooks.runRecovered?.(toView({ ...run, status: 'queued' }, events.get(run.eventSeq)), 'restart', context.steps.lastName(run.id))
          }
        })
      }
      moved()
    },
    cancelGroup: (groupKey) =>
      db.transaction(() => {
        for (const run of runs.listByGroup(groupKey)) machine.cancel(run)
      }),
    async interruptGroup(groupKey) {
      adopted.delete(groupKey)
      givenUp.add(groupKey)
      const ofGroup = runs.listByGroup(groupKey)
      const isOfGroup = new Set(ofGroup.map(({ id }) => id))
      for (const { id } of ofGroup) live.halt(id)
      db.transaction(() => {
        for (const run of ofGroup) if (run.status === 'running') machine.release(run)
      })
      await live.idle((runId) => isOfGroup.has(runId))
    },
    unparkGroup: (groupKey) =>
      db.transaction(() => {
        for (const run of runs.listByGroup(groupKey)) machine.unpark(run)
      }),
    runsOfGroup: (groupKey) => runs.listByGroup(groupKey).map((run) => toView(run, events.get(run.eventSeq))),
    sleeps: (groupKey) => waits.sleepsInGroup(groupKey),
    run: (runId) => {
      const run = runs.get(runId)
      return run && toView(run, events.get(run.eventSeq))
    },
    load() {
      const totals = { queued: 0, running: 0, waiting: 0 }
      for (const { groupKey, status, count } of runs.countByStatus()) {
        if (isAdopted(groupKey) && (status === 'queued' || status === 'running' || status === 'waiting')) totals[status] += count
      }
      return totals
    },
    onChange(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    start: () => loop.start(),
    async stop() {
      loop.stop()
      for (const runId of live.runIds()) live.halt(runId)
      await live.idle(() => true)
    },
  }
}
