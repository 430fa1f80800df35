import { has, valueOf } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { number } from './task-options.ts'

const PORT_MOST = 65_535

/** A long-lived owner. One line of JSON says where it listens; it stays until it is told to leave. */
export async function serve({ args, io, open, startServer }: CommandContext): Promise<number> {
  const given = valueOf(args, 'port')
  const port = given === undefined ? 0 : number(args, 'port', given, { least: 0, most: PORT_MOST, whole: true })
  await open('drive')
  const stopped = new AbortController()
  using _interrupts = io.onInterrupt(() => stopped.abort())
  const { url, token, app, ended } = await startServer({ port, ui: has(args, 'ui'), signal: stopped.signal })
  io.out(`${JSON.stringify({ url, token, pid: process.pid, ...(app === undefined ? {} : { app }) })}\n`)
  if (app !== undefined) io.err(`Rainy Brain is at ${app}\n`)
  await ended
  return EXIT.interrupted
}
