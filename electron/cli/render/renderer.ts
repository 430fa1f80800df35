import type { TerminalIo } from '../io.ts'
import { describeEvent } from './describe-event.ts'
import { createCallMemory } from './call-memory.ts'
import { createLiveRenderer } from './live-renderer.ts'
import { safeText } from './safe-text.ts'
import { createStyle } from './style.ts'
import type { Renderer } from './types.ts'

/** One event a line with `json`; redrawn on a terminal; plain lines elsewhere. */
export function createRenderer(io: TerminalIo, json: boolean): Renderer {
  if (json) return createJsonRenderer(io)
  return io.live ? createLiveRenderer(io) : createPlainRenderer(io)
}

function createJsonRenderer(io: TerminalIo): Renderer {
  return { event: (event) => io.out(`${JSON.stringify(event)}\n`), note: (text) => io.err(`${text}\n`), pause() {}, end() {} }
}

function createPlainRenderer(io: TerminalIo): Renderer {
  const style = createStyle(false)
  const calls = createCallMemory()
  /** The output line of each call that has no end yet. */
  const open = new Map<string, string>()
  const print = (callId: string): void => {
    const line = open.get(callId)
    open.delete(callId)
    if (line) io.out(`    ${line}\n`)
  }
  return {
    event(given) {
      const event = calls.remember(given)
      if (event.type === 'output') {
        const lines = `${open.get(event.callId) ?? ''}${safeText(event.text)}`.split('\n')
        open.set(event.callId, lines.pop() ?? '')
        for (const line of lines) io.out(`    ${line}\n`)
        return
      }
      if (event.type === 'tool' && event.status !== 'pending') print(event.callId)
      for (const line of describeEvent(event, style)) io.out(`${line}\n`)
    },
    note: (text) => io.err(`${text}\n`),
    pause() {},
    end() {
      for (const callId of open.keys()) print(callId)
    },
  }
}
