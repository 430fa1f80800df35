import { RainyError } from '../../../../shared/errors.ts'
import { findPlaces, type Place } from './find-places.ts'
import { nearestLines } from './nearest-lines.ts'

export interface Edit {
  find: string
  replace: string
  all?: boolean | undefined
}

const LINES_NAMED = 10

/**
 * Applies edits one after another, each to what the one before left: all or none. Throws NO_MATCH, AMBIGUOUS_MATCH.
 * Lines that no edit touches keep their own ends; new ones get those that the file mostly has.
 */
export function applyEdits(original: string, edits: Edit[], shown: string): { text: string; replaced: number } {
  const lines = splitEnds(original)
  let text = lines.text
  let ends = lines.ends
  let replaced = 0
  for (const [index, edit] of edits.entries()) {
    const places = placesFor(text, edit, index, shown)
    // From the last to the first, so that the places before stay where they are.
    for (const place of places.toReversed()) {
      const firstEnd = countEnds(text, 0, place.start)
      const oldEnds = countEnds(text, place.start, place.end)
      const newEnds = countEnds(place.replacement, 0, place.replacement.length)
      const kept = ends.slice(firstEnd, firstEnd + Math.min(oldEnds, newEnds))
      const added = Array.from({ length: newEnds - kept.length }, () => lines.usual)
      ends = [...ends.slice(0, firstEnd), ...kept, ...added, ...ends.slice(firstEnd + oldEnds)]
      text = text.slice(0, place.start) + place.replacement + text.slice(place.end)
    }
    replaced += places.length
  }
  return { text: joinEnds(text, ends), replaced }
}

function placesFor(text: string, edit: Edit, index: number, shown: string): Place[] {
  const find = toLf(edit.find)
  const places = findPlaces(text, find, toLf(edit.replace))
  const [first] = places
  if (!first) throw noMatch(text, find, index, shown)
  if (places.length > 1 && edit.all !== true) throw ambiguous(text, places, index, shown)
  return places
}

function noMatch(text: string, find: string, index: number, shown: string): RainyError {
  const near = nearestLines(text, find)
  const where = near
    ? ` The nearest is at ${near.from === near.to ? `line ${near.from}` : `lines ${near.from} to ${near.to}`}:\n${near.excerpt}\nGive the text as it stands there.`
    : ' Nothing like it is there; read the file again.'
  return new RainyError('NO_MATCH', `Edit ${index + 1}: ${shown} does not have this text, so no edit was made.${where}`, { details: { edit: index, ...(near ? { near } : {}) } })
}

function ambiguous(text: string, places: Place[], index: number, shown: string): RainyError {
  const lines = places.slice(0, LINES_NAMED).map((place) => countEnds(text, 0, place.start) + 1)
  const more = places.length > LINES_NAMED ? ', …' : ''
  return new RainyError(
    'AMBIGUOUS_MATCH',
    `Edit ${index + 1}: ${shown} has this text ${places.length} times (lines ${lines.join(', ')}${more}), so no edit was made. Give more lines around the one you mean, or set "all".`,
    { details: { edit: index, count: places.length, lines } },
  )
}

interface Lines {
  /** With LF alone. */
  text: string
  /** The end of each line that has one, in order. */
  ends: Array<'\n' | '\r\n'>
  usual: '\n' | '\r\n'
}

function splitEnds(original: string): Lines {
  const ends = Array.from(original.matchAll(/\r?\n/gu), ([end]) => (end === '\n' ? '\n' : '\r\n'))
  const crlf = ends.filter((end) => end === '\r\n').length
  return { text: toLf(original), ends, usual: crlf * 2 > ends.length ? '\r\n' : '\n' }
}

function joinEnds(text: string, ends: Array<'\n' | '\r\n'>): string {
  if (!ends.includes('\r\n')) return text
  let at = 0
  return text.replaceAll('\n', () => ends[at++] ?? '\n')
}

function toLf(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

function countEnds(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
