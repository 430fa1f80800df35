import { array, assert, asyncProperty, constant, constantFrom, nat, oneof, record, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import type { Instruction } from './app.fake.ts'
import { CHILD, World, type Command } from './world.fixture.ts'

let names = 0
const leaf: Arbitrary<Instruction> = oneof(
  { weight: 3, arbitrary: record({ kind: constant('run' as const), name: constant(''), failures: nat({ max: 2 }) }) },
  { weight: 4, arbitrary: record({ kind: constant('host' as const), name: constant('') }) },
  { weight: 1, arbitrary: record({ kind: constant('sleep' as const), name: constant(''), duration: constantFrom('1s', '1m', '') }) },
  { weight: 2, arbitrary: record({ kind: constant('wait' as const), name: constant(''), event: constant('decided') }) },
  { weight: 1, arbitrary: record({ kind: constant('invoke' as const), name: constant(''), functionId: constant(CHILD) }) },
)
const instruction: Arbitrary<Instruction> = oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: record({ kind: constant('parallel' as const), branches: array(array(leaf, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }) }) },
)
const script = array(instruction, { minLength: 1, maxLength: 5 })

function named(instructions: Instruction[]): Instruction[] {
  return instructions.map((one) => (one.kind === 'parallel' ? { ...one, branches: one.branches.map(named) } : { ...one, name: `s${(names += 1)}` }))
}

const command: Arbitrary<Command> = oneof(
  { weight: 12, arbitrary: record({ do: constant('open' as const), gate: nat({ max: 5 }) }) },
  { weight: 3, arbitrary: record({ do: constant('pass' as const), ms: constantFrom(1000, 30_000, 120_000) }) },
  { weight: 1, arbitrary: record({ do: constant('kill' as const) }) },
  { weight: 1, arbitrary: record({ do: constant('interrupt' as const) }) },
  { weight: 2, arbitrary: record({ do: constant('event' as const) }) },
  { weight: 2, arbitrary: record({ do: constant('repeat checkpoint' as const), index: nat({ max: 20 }) }) },
)

async function drive(instructions: Instruction[], commands: Command[]): Promise<string[]> {
  names = 0
  const world = new World(named(instructions))
  try {
    await world.settle()
    for (const each of commands) await world.perform(each)
    await world.finish()
    return world.violations
  } finally {
    world.bed.dispose()
  }
}

test('a run finishes, each of its results stored once, through kills, interruptions, repeated checkpoints and early events', async () => {
  await assert(asyncProperty(script, array(command, { maxLength: 40 }), async (...drawn) => {
    expect(await drive(...drawn)).toEqual([])
  }), { numRuns: 60 })
}, 120_000)

test('a run that is cancelled at any moment ends, and nothing of it is stored after that', async () => {
  const cancelled = array(command, { maxLength: 20 }).chain((before) => array(command, { maxLength: 20 }).map((after) => [...before, { do: 'cancel' as const }, ...after]))
  await assert(asyncProperty(script, cancelled, async (...drawn) => {
    expect(await drive(...drawn)).toEqual([])
  }), { numRuns: 40 })
}, 120_000)
