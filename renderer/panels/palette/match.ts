export interface Command {
  id: string
  name: string
  group: string
  keys?: string
  run: () => void
}

export const SHOWN_COMMANDS = 50

/** Every word of the query must occur; names that begin with it stand first, then names where a word begins with it. */
export function matchCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const first = words[0]
  if (first === undefined) return commands.slice(0, SHOWN_COMMANDS)
  const scored = commands.flatMap((command, order) => {
    const name = command.name.toLowerCase()
    if (!words.every((word) => name.includes(word))) return []
    const rank = name.startsWith(first) ? 0 : name.includes(` ${first}`) ? 1 : 2
    return [{ command, rank, order }]
  })
  return scored.toSorted((a, b) => a.rank - b.rank || a.order - b.order).slice(0, SHOWN_COMMANDS).map(({ command }) => command)
}
