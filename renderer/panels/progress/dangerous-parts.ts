interface Part {
  text: string
  /** Why this part deserves a second look; absent where it does not. */
  danger?: string
}

const DANGERS: ReadonlyArray<[RegExp, string]> = [
  [/\brm\s+(?:-\S+\s+)*\S*/, 'deletes files'],
  [/\bsudo\b/, 'runs as the administrator'],
  [/\bgit\s+(?:push|reset\s+--hard|clean\s+-\S*f\S*)[^&|;\n]*/, 'changes what git cannot bring back'],
  [/\b(?:curl|wget)\b[^&|;\n]*/, 'uses the network'],
  [/\|\s*(?:ba|z|da)?sh\b/, 'runs what it was sent'],
  [/\bchmod\s+(?:-R\s+)?\S+|\bchown\b[^&|;\n]*/, 'changes who may do what'],
  [/\b(?:dd|mkfs\S*|shutdown|reboot|kill(?:all)?)\b[^&|;\n]*/, 'reaches beyond this folder'],
  [/--force\b|(?<=\s)-f\b/, 'overrides a safeguard'],
]
const ANY = new RegExp(DANGERS.map(([pattern]) => `(?:${pattern.source})`).join('|'), 'g')

/** Cuts a command line so that its dangerous parts can be marked. It marks for the eye; the policy judges by itself. */
export function dangerousParts(command: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of command.matchAll(ANY)) {
    const text = match[0].trimEnd()
    const danger = DANGERS.find(([pattern]) => pattern.test(text))?.[1] ?? 'deserves a second look'
    if (match.index > end) parts.push({ text: command.slice(end, match.index) })
    parts.push({ text, danger })
    end = match.index + text.length
  }
  if (end < command.length) parts.push({ text: command.slice(end) })
  return parts
}
