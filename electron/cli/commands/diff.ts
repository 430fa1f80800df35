import { EXIT, type CommandContext } from '../context.ts'
import { safeText } from '../render/safe-text.ts'
import { createStyle } from '../render/style.ts'

export async function diff({ args, io, json, open }: CommandContext): Promise<number> {
  const session = await open('read')
  const answer = await session.api.call('tasks.diff', { taskId: args.positionals[0] ?? '' })
  if (json) io.out(`${JSON.stringify(answer)}\n`)
  // To a pipe the diff goes as it is: it may be applied.
  else io.out(io.live ? paint(safeText(answer.diff), io.colors) : answer.diff)
  return EXIT.done
}

function paint(text: string, colors: boolean): string {
  const style = createStyle(colors)
  return text
    .split('\n')
    .map((line) => {
      if (/^(?:\+\+\+|---|diff |index )/.test(line)) return style.bold(line)
      if (line.startsWith('@@')) return style.cyan(line)
      if (line.startsWith('+')) return style.green(line)
      return line.startsWith('-') ? style.red(line) : line
    })
    .join('\n')
}
