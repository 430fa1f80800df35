/** A line longer than this is left out: it is a file's only line, and nobody reads it. */
const LINE_LIMIT_BYTES = 4 * 1024 * 1024
const LF = 0x0a

/** Cuts what comes in pieces into lines, decoded; a last line without an end is dropped. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let pieces: Buffer[] = []
  let size = 0
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(LF, start); end !== -1; end = chunk.indexOf(LF, start)) {
      const last = chunk.subarray(start, end)
      if (size + last.length <= LINE_LIMIT_BYTES) onLine(pieces.length === 0 ? last.toString('utf8') : Buffer.concat([...pieces, last]).toString('utf8'))
      pieces = []
      size = 0
      start = end + 1
    }
    const rest = chunk.subarray(start)
    size += rest.length
    if (size > LINE_LIMIT_BYTES) pieces = []
    else if (rest.length > 0) pieces.push(rest)
  }
}
