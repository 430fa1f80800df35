import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'
import { createStyle } from '../render/style.ts'

const NAME_WIDTH = 22
const CATEGORY_WIDTH = 10

export async function tools({ io, json, open }: CommandContext): Promise<number> {
  const session = await open('decide')
  const list = await session.api.call('tools.list', {})
  const style = createStyle(io.colors)
  if (json) io.out(`${JSON.stringify(list)}\n`)
  else for (const tool of list) io.out(`${style.bold(tool.name.padEnd(NAME_WIDTH))}${style.dim(tool.category.padEnd(CATEGORY_WIDTH))}${safeLine(tool.description, Math.max(20, io.columns() - NAME_WIDTH - CATEGORY_WIDTH))}\n`)
  return EXIT.done
}
