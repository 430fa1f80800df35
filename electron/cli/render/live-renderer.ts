import type { ProgressEvent } from '../../../shared/progress.ts'
import type { TerminalIo } from '../io.ts'
import { callLine, describeEvent } from './describe-event.ts'
import { createCallMemory } from './call-memory.ts'
import { safeLine, safeText } from './safe-text.ts'
import { cost, count, createStyle, duration } from './style.ts'
import type { Renderer } from './types.ts'

const REDRAW_MS = 100
/** Of the output of a command that failed. */
const TAIL_LINES = 10
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ERASE_LINE = '\r\u001B[2K'

/**
 * Lines scroll up; under them one status line is redrawn. At most one message streams at a time: what others say meanwhile is
 * shown when it is whole.
 */
export function createLiveRenderer(io: TerminalIo): Renderer {
  const style = createStyle(io.colors)
  const memory = createCallMemory()
  const startedAt = io.now()
  const running = new Map<string, string>()
  const tails = new Map<string, string[]>()
  const streamed = new Map<string, { attempt: number }>()
  const raw = new Set<string>()
  let streaming: { messageId: string; attempt: number; column: boolean } | undefined
  let step = ''
  let tokens = 0
  let spent: number | null = 0
  let frame = 0
  let drawn = false
  let drawnAt = 0
  let quiet = true

  const erase = (): void => {
    if (drawn) io.out(ERASE_LINE)
    drawn = false
  }
  const statusLine = (): string => {
    const calls = [...running.values()]
    const parts = [step, calls.at(-1) ?? '', calls.length > 1 ? `+${calls.length - 1}` : '', tokens > 0 ? `${count(tokens)} tokens` : '', spent === null || spent > 0 ? cost(spent) : '', duration(io.now() - startedAt)]
    return safeLine(`${FRAMES[frame % FRAMES.length] ?? ''} ${parts.filter((part) => part !== '').join(' · ')}`, Math.max(10, io.columns() - 1))
  }
  const draw = (): void => {
    if (quiet || streaming?.column || (drawn && io.now() - drawnAt < REDRAW_MS)) return
    erase()
    drawnAt = io.now()
    io.out(style.dim(statusLine()))
    drawn = true
  }
  const timer = io.every(REDRAW_MS, () => {
    frame += 1
    if (drawn) {
      drawnAt = 0
      draw()
    }
  })
  const lines = (texts: string[]): void => {
    if (texts.length === 0) return
    erase()
    closeStream()
    io.out(`${texts.join('\n')}\n`)
  }
  function closeStream(): void {
    if (streaming?.column) io.out('\n')
    if (streaming) streaming.column = false
  }

  function token(event: Extract<ProgressEvent, { type: 'token' }>): void {
    if ((streaming && streaming.messageId !== event.messageId) || raw.has(event.messageId)) return
    // A plan comes as JSON and is shown as a plan.
    if (!streaming && /^\s*[{[]/.test(event.text)) {
      raw.add(event.messageId)
      return
    }
    const known = streamed.get(event.messageId)
    if (!streaming || streaming.attempt !== event.attempt) {
      erase()
      closeStream()
      io.out(known ? style.dim('(the answer begins again)\n') : style.cyan(`${safeLine(event.agent)}:\n`))
    }
    streaming = { messageId: event.messageId, attempt: event.attempt, column: streaming?.column ?? false }
    streamed.set(event.messageId, { attempt: event.attempt })
    const text = safeText(event.text)
    if (text === '') return
    erase()
    io.out(text)
    streaming.column = !text.endsWith('\n')
  }

  function output(event: Extract<ProgressEvent, { type: 'output' }>): void {
    const before = tails.get(event.callId) ?? ['']
    const [first = '', ...more] = safeText(event.text).split('\n')
    const joined = [...before.slice(0, -1), `${before.at(-1) ?? ''}${first}`, ...more]
    tails.set(event.callId, joined.slice(-TAIL_LINES - 1))
    const last = joined.findLast((line) => line.trim() !== '')
    if (last) running.set(event.callId, last)
  }

  function tool(event: Extract<ProgressEvent, { type: 'tool' }>): void {
    if (event.status === 'pending') {
      running.set(event.callId, `${event.tool} ${safeLine(callLine(event.args ?? {}), 60)}`.trim())
      return
    }
    running.delete(event.callId)
    const tail = (tails.get(event.callId) ?? []).filter((line) => line.trim() !== '')
    tails.delete(event.callId)
    lines([...describeEvent(event, style), ...(event.status === 'error' ? tail.map((line) => style.dim(`    ${line}`)) : [])])
  }

  return {
    event(given) {
      const event = memory.remember(given)
      quiet = false
      switch (event.type) {
        case 'token':
          token(event)
          break
        case 'output':
          output(event)
          break
        case 'tool':
          tool(event)
          break
        case 'usage':
          tokens += event.inputTokens + event.outputTokens
          spent = event.totalCostUsd
          break
        case 'message':
          if (streamed.delete(event.messageId)) {
            if (streaming?.messageId === event.messageId) {
              closeStream()
              streaming = undefined
            }
          } else lines(describeEvent(event, style))
          break
        case 'step':
          step = `${event.agent ? `${event.agent} · ` : ''}step ${event.step}/${event.total}`
          lines(describeEvent(event, style))
          break
        default:
          lines(describeEvent(event, style))
      }
      if (event.type === 'complete' || event.type === 'failed' || event.type === 'cancelled' || event.type === 'interrupted' || event.type === 'parked') {
        erase()
        quiet = true
      } else draw()
    },
    note(text) {
      lines([style.dim(text)])
      draw()
    },
    pause() {
      erase()
      closeStream()
      quiet = true
    },
    end() {
      erase()
      closeStream()
      timer[Symbol.dispose]()
    },
  }
}
