import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILES_A_FOLDER = 60
const FOLDERS_A_FOLDER = 20
const LINES = 30

/** A source tree of so many small files, the same each time. Every `markEvery`-th holds the mark on one of its lines. */
export function generateTree(root: string, count: number, { mark, markEvery }: { mark: string; markEvery: number }): void {
  for (let index = 0; index < count; index += 1) {
    const folder = Math.floor(index / FILES_A_FOLDER)
    const dir = join(root, `area-${Math.floor(folder / FOLDERS_A_FOLDER)}`, `part-${folder % FOLDERS_A_FOLDER}`)
    if (index % FILES_A_FOLDER === 0) mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, `module-${index}.ts`), sourceOf(index, index % markEvery === 0 ? mark : undefined))
  }
}

function sourceOf(index: number, mark: string | undefined): string {
  const lines = Array.from({ length: LINES }, (_, line) => `export const value${line} = compute(${index}, ${line}, 'text of no interest')`)
  if (mark !== undefined) lines[index % LINES] = `// ${mark} ${index}`
  return `${lines.join('\n')}\n`
}
