/**
 * Lines, words and characters of a text. A last line counts without its line break too; a character is what a reader calls one.
 *
 * @param {string} text
 * @returns {{ lines: number, words: number, characters: number }}
 */
export function count(text) {
  const breaks = text.match(/\r\n|\r|\n/g)?.length ?? 0
  const lines = text === '' || /[\r\n]$/.test(text) ? breaks : breaks + 1
  const words = text.match(/\S+/g)?.length ?? 0
  const characters = [...new Intl.Segmenter().segment(text)].length
  return { lines, words, characters }
}
