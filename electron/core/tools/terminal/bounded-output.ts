/** Collects a command's output in constant space: its beginning, its end, and how much lay between. */
export interface BoundedOutput {
  write(text: string): void
  /** `truncated`: something was left out. */
  end(): { output: string; truncated: boolean }
}

export const OUTPUT_HEAD_BYTES = 16 * 1024
export const OUTPUT_TAIL_BYTES = 48 * 1024
/** A line that is redrawn (a progress bar) is kept back until it ends, but never more of it than this. */
const LINE_LIMIT = 8 * 1024

export function createBoundedOutput(headBytes = OUTPUT_HEAD_BYTES, tailBytes = OUTPUT_TAIL_BYTES): BoundedOutput {
  const head: Buffer[] = []
  let headLength = 0
  const tail = Buffer.alloc(tailBytes)
  let tailTotal = 0
  let line = ''

  const push = (text: string): void => {
    let bytes = Buffer.from(text)
    if (headLength < headBytes) {
      const part = bytes.subarray(0, headBytes - headLength)
      head.push(Buffer.from(part))
      headLength += part.length
      bytes = bytes.subarray(part.length)
    }
    const skipped = Math.max(0, bytes.length - tailBytes)
    tailTotal += skipped
    bytes = bytes.subarray(skipped)
    const at = tailTotal % tailBytes
    const first = bytes.copy(tail, at)
    bytes.copy(tail, 0, first)
    tailTotal += bytes.length
  }

  return {
    write(text) {
      const lines = (line + text).split('\n')
      line = lines.pop() ?? ''
      if (lines.length > 0) push(`${lines.map(redrawn).join('\n')}\n`)
      line = redrawn(line)
      if (line.length > LINE_LIMIT) {
        push(line)
        line = ''
      }
    },
    end() {
      push(redrawn(line))
      line = ''
      const left = tailTotal - tailBytes
      if (left <= 0) return { output: Buffer.concat([...head, tail.subarray(0, tailTotal)]).toString(), truncated: false }
      const at = tailTotal % tailBytes
      const beginning = wholeCharacters(Buffer.concat(head))
      const ending = fromCharacter(Buffer.concat([tail.subarray(at), tail.subarray(0, at)]))
      return { output: `${beginning.toString()}\n… ${left} bytes left out …\n${ending.toString()}`, truncated: true }
    },
  }
}

/** What stays visible of a line that was drawn over itself with carriage returns. */
function redrawn(line: string): string {
  if (!line.includes('\r')) return line
  return line.split('\r').findLast((part) => part !== '') ?? ''
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

function fromCharacter(bytes: Buffer): Buffer {
  let start = 0
  while (start < 4 && isContinuation(bytes[start])) start += 1
  return bytes.subarray(start)
}

function wholeCharacters(bytes: Buffer): Buffer {
  let start = bytes.length - 1
  while (start > 0 && bytes.length - start < 4 && isContinuation(bytes[start])) start -= 1
  const lead = bytes[start] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return bytes.length - start < length ? bytes.subarray(0, start) : bytes
}
