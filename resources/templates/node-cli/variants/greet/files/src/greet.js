/**
 * A greeting for everybody named, as one sentence.
 *
 * @param {string[]} names
 * @param {{ word?: string, shout?: boolean }} [options]
 * @returns {string}
 */
export function greet(names, { word = 'Hello', shout = false } = {}) {
  const people = names.length > 0 ? new Intl.ListFormat('en', { type: 'conjunction' }).format(names) : 'world'
  const greeting = `${word}, ${people}!`
  return shout ? greeting.toUpperCase() : greeting
}
