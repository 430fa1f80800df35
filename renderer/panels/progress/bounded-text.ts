/** A command's output as the window keeps it: its head and its tail, and how much between them is left out. */
export interface BoundedText {
  head: string
  tail: string
  leftOut: number
}

export const HEAD_LIMIT_CHARS = 32_768
export const TAIL_LIMIT_CHARS = 262_144

export const EMPTY_TEXT: BoundedText = { head: '', tail: '', leftOut: 0 }

export function appendText(text: BoundedText, more: string): BoundedText {
  const room = text.tail === '' && text.leftOut === 0 ? Math.max(0, HEAD_LIMIT_CHARS - text.head.length) : 0
  const head = text.head + more.slice(0, room)
  const tail = text.tail + more.slice(room)
  const over = Math.max(0, tail.length - TAIL_LIMIT_CHARS)
  return { head, tail: tail.slice(over), leftOut: text.leftOut + over }
}

// CSI and OSC sequences, and the two-character escapes: colours and titles have no meaning in a list of lines.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g

/** The lines to show. A carriage return rewrites its line, as a terminal does. */
export function textLines(text: BoundedText): string[] {
  const lines = plainLines(text.head)
  if (text.leftOut === 0) return text.tail === '' ? lines : plainLines(text.head + text.tail)
  return [...lines, `… ${text.leftOut.toLocaleString('en')} characters left out …`, ...plainLines(text.tail)]
}

function plainLines(text: string): string[] {
  const lines = text.replace(ESCAPES, '').replace(/\r+\n/g, '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.slice(line.lastIndexOf('\r') + 1))
}
