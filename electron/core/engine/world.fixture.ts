import type { Clock } from '../platform/clock.ts'
import { createFakeClock } from '../platform/clock.fake.ts'
import { createFakeApp, type FakeApp, type Instruction } from './app.fake.ts'
import { createEngineBed } from './engine-bed.fixture.ts'
import type { Engine } from './types.ts'

const PARENT = 'app-parent'
export const CHILD = 'app-child'
const GROUP = 't1'

export type Command =
  | { do: 'open'; gate: number }
  | { do: 'pass'; ms: number }
  | { do: 'kill' }
  | { do: 'interrupt' }
  | { do: 'event' }
  | { do: 'repeat checkpoint'; index: number }
  | { do: 'cancel' }

/** Whatever order things happen in: a script of steps, waits, sleeps, children and branches under a random schedule of hostile moments. */
export class World {
  readonly clock = createFakeClock()
  readonly bed = createEngineBed(this.clock)
  readonly script: Instruction[]
  readonly effects: string[] = []
  /** Collected, since what is thrown inside an app is only its error. */
  readonly violations: string[] = []
  private readonly executing = new Map<string, number>()
  /** How often each step was done since its owner last lost hold of it. */
  private readonly done = new Map<string, number>()
  private readonly states = new Map<string, string>()
  private readonly endedWith = new Map<string, number>()
  private gates: Array<() => void> = []
  private generation = 0
  private isCancelled = false
  engine!: Engine
  app!: FakeApp
  readonly everySent: FakeApp['sent'] = []

  constructor(script: Instruction[]) {
    this.script = script
    this.own()
    this.engine.send([{ name: PARENT, data: { taskId: GROUP } }])
  }

  /** A new owner; what the one before had under way stands still for ever, as in a killed process. */
  own(): void {
    if (this.generation > 0) this.everySent.push(...this.app.sent)
    this.generation += 1
    const mine = this.generation
    this.gates = []
    this.executing.clear()
    this.done.clear()
    const isAlive = (): boolean => this.generation === mine
    const clock: Clock = { ...this.clock, after: (ms, fire) => this.clock.after(ms, () => void (isAlive() && fire())) }
    const engine = this.bed.own(mine, clock)
    this.engine = engine
    this.app = createFakeApp({
      appId: 'app',
      functions: { [PARENT]: this.script, [CHILD]: [{ kind: 'host', name: 'child work' }] },
      engine: () => engine,
      gate: () => new Promise((resolve) => void (isAlive() ? this.gates.push(resolve) : undefined)),
      perform: ({ runId, stepId, name, failures }) => {
        // Invariant 6: once, and once more for each time that it failed.
        const times = (this.done.get(`${runId} ${stepId}`) ?? 0) + 1
        this.done.set(`${runId} ${stepId}`, times)
        if (times > failures + 1) this.violations.push(`${name} was done ${times} times`)
        // Invariant 5: what has a row is not done again.
        if (this.bed.db.raw.prepare('SELECT 1 FROM steps WHERE run_id = ? AND step_id = ?').get(runId, stepId)) this.violations.push(`${name} is done again though it has a row`)
      },
      commit: ({ runId, stepId }) => void this.effects.push(`${runId} ${stepId}`),
    })
    this.app.invoke = this.watched(this.app.invoke)
    engine.register(this.app)
    engine.adopt(GROUP)
    engine.start()
  }

  /** Invariants 5 and 6: no two invocations of the same item at once. */
  private watched(invoke: FakeApp['invoke']): FakeApp['invoke'] {
    return async (request, options) => {
      const key = `${request.ref.runId} ${request.stepId}`
      if (this.executing.has(key)) this.violations.push(`${key} is executed twice at once`)
      this.executing.set(key, request.ref.dispatch)
      const release = (): void => {
        if (this.executing.get(key) === request.ref.dispatch) this.executing.delete(key)
      }
      options.signal.addEventListener('abort', release)
      try {
        return await invoke(request, options)
      } finally {
        release()
      }
    }
  }

  private demand(holds: boolean, otherwise: string): void {
    if (!holds) this.violations.push(otherwise)
  }

  async settle(): Promise<void> {
    await this.clock.advance(0)
  }

  async perform(command: Command): Promise<void> {
    switch (command.do) {
      case 'open': {
        const [open] = this.gates.splice(command.gate % Math.max(1, this.gates.length), 1)
        open?.()
        break
      }
      case 'pass':
        await this.clock.advance(command.ms)
        break
      case 'kill':
        this.own()
        break
      case 'interrupt': {
        const stopped = this.engine.interruptGroup(GROUP)
        while (this.gates.length > 0) {
          for (const open of this.gates.splice(0)) open()
          await this.settle()
        }
        await stopped
        this.done.clear()
        this.engine.adopt(GROUP)
        break
      }
      case 'event':
        this.engine.send([{ name: 'decided', data: {} }])
        break
      case 'repeat checkpoint': {
        const all = [...this.everySent, ...this.app.sent]
        const again = all[command.index % Math.max(1, all.length)]
        if (!again) break
        const { status } = await this.engine.sdk(again.ref, `/v1/checkpoint/${again.ref.runId}/async`, 'POST', again.body.replaceAll('did ', 'forged '))
        if (again.ref.epoch !== this.generation && status !== 409) this.violations.push(`a checkpoint of a dead owner was answered ${status}`)
        break
      }
      case 'cancel':
        this.isCancelled = true
        this.engine.cancelGroup(GROUP)
        break
      default:
        command satisfies never
    }
    await this.settle()
    this.check()
  }

  check(): void {
    const { raw } = this.bed.db
    const steps = raw.prepare('SELECT run_id, step_id, state FROM steps').all() as Array<{ run_id: string; step_id: string; state: string }>
    for (const step of steps) {
      // Invariant 1: the first write stays.
      const key = `${step.run_id} ${step.step_id}`
      const first = this.states.get(key) ?? step.state
      this.demand(step.state === first && !step.state.includes('forged'), `the step ${key} changed to ${step.state}`)
      this.states.set(key, first)
    }
    const runs = raw.prepare('SELECT id, status FROM runs').all() as Array<{ id: string; status: string }>
    for (const { id, status } of runs) {
      const count = (sql: string): number => raw.prepare(sql).pluck().get(id) as number
      const held = count('SELECT count(*) FROM queue WHERE run_id = ?') + count('SELECT count(*) FROM waits WHERE run_id = ? AND open = 1')
      const stored = count('SELECT count(*) FROM steps WHERE run_id = ?')
      if (['completed', 'failed', 'cancelled'].includes(status)) {
        // Invariant 3.
        this.demand(held === 0 && stored === (this.endedWith.get(id) ?? stored), `the run ${id} is ${status} and not at rest`)
        this.endedWith.set(id, stored)
      } else {
        // Invariant 4.
        this.demand(held > 0, `the run ${id} is ${status} and nothing moves it`)
      }
    }
    // A host step's effects are committed with its row, once.
    this.demand(new Set(this.effects).size === this.effects.length, 'the effects of a step were stored twice')
    for (const { call } of this.app.invoked.splice(0)) {
      // Invariant 2.
      this.demand(call.ctx.stack.stack.toSorted().join() === Object.keys(call.steps).toSorted().join(), 'the stack does not name what the steps hold')
    }
    this.violations.push(...this.bed.warnings.splice(0).filter((line) => !line.includes('answered twice')))
  }

  /** Lets everything happen that can. */
  async finish(): Promise<void> {
    for (let round = 0; round < 400; round += 1) {
      if (this.engine.runsOfGroup(GROUP).every(({ status }) => ['completed', 'failed', 'cancelled'].includes(status))) break
      if (this.gates.length > 0) await this.perform({ do: 'open', gate: 0 })
      else {
        this.engine.send([{ name: 'decided', data: {} }])
        await this.perform({ do: 'pass', ms: 60_000 })
      }
    }
    const parent = this.engine.runsOfGroup(GROUP)[0]
    this.demand(parent?.status === 'completed' || (this.isCancelled && parent?.status === 'cancelled'), `the run ended as ${parent?.status}`)
    // Invariant 10.
    for (const { id, functionId } of this.engine.runsOfGroup(GROUP)) {
      this.demand(this.bed.db.raw.prepare(`SELECT count(*) FROM events WHERE id = ?`).pluck().get(`${id}:finished`) === 1, `${functionId} did not tell of its end`)
    }
  }
}
