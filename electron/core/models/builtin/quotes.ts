const QUOTED = /`([^`]*)`|"((?:[^"\\]|\\.)*)"|“([^”]*)”|(?<![\w])'((?:[^'\\]|\\.)*)'(?!\w)/g
const FILLER = '\u0001'

/** A text of the same length in which quoted parts are blotted out, so that their words are not taken for orders. */
export function maskQuotes(text: string): string {
  return text.replace(QUOTED, (whole) => FILLER.repeat(whole.length))
}

/** Without its quotes, where the whole is quoted. */
export function unquote(text: string): string {
  const trimmed = text.trim()
  const match = /^`([^`]*)`$|^"([^"]*)"$|^“([^”]*)”$|^'([^']*)'$/s.exec(trimmed)
  return match?.slice(1).find((part) => part !== undefined) ?? trimmed
}

/** All that stands in quotes, in order. */
export function quotedParts(text: string): string[] {
  return [...text.matchAll(QUOTED)].map((match) => match.slice(1).find((part) => part !== undefined) ?? '')
}
