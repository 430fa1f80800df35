import { HOLE } from './shell/parse-line.ts'

/** Parts of a pattern: `null` is `*`. */
type Token = string | null

export type Match = 'no' | 'maybe' | 'yes'

/** Characters, `*` as null; `\` takes the next one literally. */
function tokens(pattern: string): Token[] {
  const found: Token[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const next = pattern[at] ?? ''
    if (next === '\\' && at + 1 < pattern.length) found.push(pattern[(at += 1)] ?? '')
    else found.push(next === '*' ? null : next)
  }
  return found
}

/**
 * Does the pattern match the text? `yes` when it does whatever the text's HOLEs turn out to be, `maybe` when it does for some.
 * A trailing ` *` also matches nothing: `npm test *` covers `npm test`.
 */
export function matchPattern(pattern: string, text: string): Match {
  const parts = tokens(pattern)
  const whole = parts.at(-1) === null && parts.at(-2) === ' ' ? [parts, parts.slice(0, -2)] : [parts]
  const characters = [...text]
  if (whole.some((part) => overlap(part, characters, false))) return 'yes'
  return characters.includes(HOLE) && whole.some((part) => overlap(part, characters, true)) ? 'maybe' : 'no'
}

/** One row of the table at a time: which ends of the text the pattern so far can reach. `holes`: a HOLE stands for anything too. */
function overlap(pattern: Token[], text: string[], holes: boolean): boolean {
  let reach: boolean[] = [true, ...text.map(() => false)]
  const spread = (row: boolean[]): boolean[] => {
    if (holes) text.forEach((character, at) => (row[at + 1] ||= character === HOLE && row[at] === true))
    return row
  }
  reach = spread(reach)
  for (const token of pattern) {
    const next = reach.map(() => false)
    for (let at = 0; at <= text.length; at += 1) {
      if (token === null) next[at] = reach[at] === true || (at > 0 && next[at - 1] === true)
      else {
        const character = text[at - 1]
        next[at] = at > 0 && ((character === token && reach[at - 1] === true) || (holes && character === HOLE && (reach[at] === true || reach[at - 1] === true)))
      }
    }
    reach = spread(next)
  }
  return reach[text.length] === true
}
