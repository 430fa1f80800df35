import { parsePatch } from 'diff'

export interface DiffLine {
  kind: 'context' | 'added' | 'removed' | 'note'
  oldLine: number | null
  newLine: number | null
  text: string
}

export interface FileDiff {
  path: string
  added: number
  removed: number
  hunks: Array<{ header: string; lines: DiffLine[] }>
}

/** A unified diff as it is shown, file by file; text that is no diff gives none. */
export function parseDiff(text: string): FileDiff[] {
  return patches(text).flatMap((patch) => {
    const name = patch.newFileName === '/dev/null' || patch.newFileName === undefined ? patch.oldFileName : patch.newFileName
    if (name === undefined) return []
    const hunks = patch.hunks.map((hunk) => ({
      header: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
      lines: numberLines(hunk.lines, hunk.oldStart, hunk.newStart),
    }))
    const count = (kind: DiffLine['kind']): number => hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.kind === kind).length, 0)
    return [{ path: name.replace(/^[ab]\//, ''), added: count('added'), removed: count('removed'), hunks }]
  })
}

function patches(text: string): ReturnType<typeof parsePatch> {
  try {
    return parsePatch(text)
  } catch {
    // A preview may be anything, a command line with `@@` in it for one: then it is shown as it stands.
    return []
  }
}

function numberLines(lines: string[], oldStart: number, newStart: number): DiffLine[] {
  let oldLine = oldStart
  let newLine = newStart
  return lines.map((line) => {
    const text = line.slice(1)
    if (line.startsWith('+')) return { kind: 'added', oldLine: null, newLine: newLine++, text }
    if (line.startsWith('-')) return { kind: 'removed', oldLine: oldLine++, newLine: null, text }
    if (line.startsWith('\\')) return { kind: 'note', oldLine: null, newLine: null, text: line }
    return { kind: 'context', oldLine: oldLine++, newLine: newLine++, text }
  })
}
