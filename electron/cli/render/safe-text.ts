const ESC = '\u001B'
const BEL = '\u0007'
/** The end of a string sequence. */
const ST = '\u009C'

/** Escape sequences: strings (titles, links, images) up to their end, control sequences, and what is left of any. */
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\]|\u009D)[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\\\|${ST})?`,
    `(?:${ESC}[PX^_]|[\u0090\u0098\u009E\u009F])[^${ESC}${ST}]*(?:${ESC}\\\\|${ST})?`,
    `(?:${ESC}\\[|\u009B)[0-?]*[ -/]*[@-~]?`,
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
)
/** Control characters but tab and newline; characters that turn the direction of what follows; the invisible tag block. */
const UNSAFE = /(?![\t\n])\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]|[\u{E0000}-\u{E007F}]/gu

/** Text of a model or a command as a terminal may show it: nothing in it moves the cursor, changes the title or hides. */
export function safeText(text: string): string {
  return text.replaceAll(SEQUENCES, '').replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll(UNSAFE, '')
}

/** The same on one line, at most so long. */
export function safeLine(text: string, limit = 200): string {
  const line = safeText(text).replaceAll(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length > limit ? `${characters.slice(0, Math.max(0, limit - 1)).join('')}…` : line
}
