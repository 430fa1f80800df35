/** Text of a terminal without its escape sequences, chunk by chunk. A lone carriage return stays: the line is drawn over. */
export interface PlainText {
  write(chunk: string): string
  end(): string
}

/** ECMA-48: after ESC; in a control sequence; in a string (OSC, DCS, SOS, PM, APC); after ESC in a string. */
type State = 'text' | 'escape' | 'control' | 'string' | 'string-escape'

/** A string that does not end within this many characters is none: the text goes on. */
const STRING_LIMIT = 4096
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\u0000-\u0008\u000B-\u001F\u007F]/g

export function createPlainText(): PlainText {
  let state: State = 'text'
  let stringLength = 0
  // A carriage return is part of a line end if a newline comes next, so it waits.
  let pendingReturn = ''

  const emit = (text: string): string => {
    if (text === '') return ''
    const before = text.startsWith('\n') ? '' : pendingReturn
    pendingReturn = ''
    return before + text
  }

  const step = (char: string): void => {
    if (state === 'escape') state = char === '[' ? 'control' : ']PX^_'.includes(char) ? 'string' : char >= ' ' && char <= '/' ? 'escape' : 'text'
    else if (state === 'control') state = char >= '@' && char <= '~' ? 'text' : 'control'
    else if (state === 'string-escape') state = char === '\\' ? 'text' : 'string'
    else if (char === '\u0007' || stringLength > STRING_LIMIT) state = 'text'
    else if (char === '\u001B') state = 'string-escape'
    stringLength = state.startsWith('string') ? stringLength + 1 : 0
  }

  const write = (chunk: string): string => {
    let plain = ''
    let at = 0
    while (at < chunk.length) {
      if (state !== 'text') {
        step(chunk[at] ?? '')
        at += 1
        continue
      }
      SPECIAL.lastIndex = at
      const special = SPECIAL.exec(chunk)
      plain += emit(chunk.slice(at, special?.index))
      if (!special) break
      if (special[0] === '\u001B') state = 'escape'
      if (special[0] === '\r') pendingReturn = '\r'
      at = special.index + 1
    }
    return plain
  }

  return { write, end: () => pendingReturn }
}
