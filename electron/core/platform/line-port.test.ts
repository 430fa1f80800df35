import * as fc from 'fast-check'
import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { FramePort } from '../../../shared/channel.ts'
import { createLinePort } from './line-port.ts'

/** A socket whose other end is this test: what arrives is pushed, what is sent is kept. */
function fakeSocket({ takes = true } = {}): { socket: Socket; written: string[] } {
  const written: string[] = []
  const stream = new Duplex({
    read() {},
    write(chunk, _, done) {
      written.push(String(chunk))
      if (takes) done()
    },
  })
  // The port uses what a socket has of a stream.
  return { socket: stream as Socket, written }
}

function portOver(socket: Socket, limits: { frameLimitBytes?: number; unsentLimitBytes?: number } = {}): { port: FramePort; frames: unknown[]; ends: number[] } {
  const port = createLinePort(socket, limits)
  const frames: unknown[] = []
  const ends: number[] = []
  port.onFrame((frame) => frames.push(frame))
  port.onClose(() => ends.push(1))
  return { port, frames, ends }
}

test('frames arrive whole and in order, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue().filter((value) => value !== undefined), { maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 20 }), async (values, cuts) => {
      const { socket } = fakeSocket()
      const { frames } = portOver(socket)
      const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''))
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
      for (let index = 1; index < edges.length; index += 1) socket.push(bytes.subarray(edges[index - 1], edges[index]))
      await sleep(0)
      expect(frames).toEqual(JSON.parse(JSON.stringify(values)))
    }),
    { numRuns: 100 },
  )
})

test('a line that is too long, in one piece or many, ends the connection before it is read as a frame', async () => {
  for (const pieces of [[`"${'x'.repeat(20)}"\n`], Array.from({ length: 20 }, () => 'x')]) {
    const { socket } = fakeSocket()
    const { frames, ends } = portOver(socket, { frameLimitBytes: 16 })
    for (const piece of pieces) socket.push(piece)
    await sleep(1)
    expect({ frames, ends }).toEqual({ frames: [], ends: [1] })
  }
})

test('nothing is delivered after a line that is no JSON', async () => {
  const { socket } = fakeSocket()
  const { frames, ends } = portOver(socket)
  socket.push('1\n{\n2\n')
  await sleep(1)
  expect({ frames, ends }).toEqual({ frames: [1], ends: [1] })
})

test('a frame over the limit is refused as BODY_TOO_LARGE, and those after it go out', () => {
  const { socket, written } = fakeSocket()
  const { port } = portOver(socket, { frameLimitBytes: 40 })
  expect(() => port.send({ t: 'bye', reason: 'x'.repeat(40) })).toThrowError(expect.objectContaining({ code: 'BODY_TOO_LARGE' }))
  port.send({ t: 'bye' })
  expect(written).toEqual(['{"t":"bye"}\n'])
})

test('a peer for whom too much waits is let go', async () => {
  const { socket } = fakeSocket({ takes: false })
  const { port, ends } = portOver(socket, { unsentLimitBytes: 100 })
  for (let count = 0; count < 20; count += 1) port.send({ t: 'bye' })
  await sleep(1)
  expect(ends).toEqual([1])
  port.send({ t: 'bye' })
})
