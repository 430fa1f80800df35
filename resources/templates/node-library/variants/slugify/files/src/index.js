/** Letters that no accent was added to: Unicode's decomposition leaves them as they are. */
const LETTERS = {
  ß: 'ss', ẞ: 'ss', æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe', ø: 'o', Ø: 'o', đ: 'd', Đ: 'd', ð: 'd', Ð: 'd', þ: 'th', Þ: 'th',
  ł: 'l', Ł: 'l', ħ: 'h', Ħ: 'h', ı: 'i', ĸ: 'k', ŋ: 'n', Ŋ: 'n', ŧ: 't', Ŧ: 't',
}

/** Signs that stand for a word. */
const WORDS = { '&': 'and', '@': 'at', '%': 'percent', '€': 'euro', '$': 'dollar', '£': 'pound' }

const APOSTROPHES = /['\u2018\u2019\u02bc]/g
const ACCENTS = /\p{Mn}+/gu

/**
 * @typedef {object} SlugifyOptions
 * @property {string} [separator] What stands between words. Default `-`.
 * @property {boolean} [lowercase] Default true.
 * @property {number} [maxLength] The slug is cut at a word's end where that is possible. Default: no limit.
 * @property {boolean} [unicode] Keeps letters of all scripts instead of ASCII alone. Default false.
 */

/**
 * Turns a text into a slug: letters and digits, with a separator between words.
 *
 * @param {string} text
 * @param {SlugifyOptions} [options]
 * @returns {string} Empty where the text has neither letters nor digits.
 * @throws {TypeError} where `text` is not a string
 */
export function slugify(text, options = {}) {
  if (typeof text !== 'string') throw new TypeError(`slugify: text must be a string, got ${text === null ? 'null' : typeof text}`)
  const { separator = '-', lowercase = true, maxLength = Infinity, unicode = false } = options
  const spelled = [...text.replace(APOSTROPHES, '')].map((letter) => (letter in WORDS ? ` ${WORDS[letter]} ` : letter)).join('')
  const plain = unicode ? spelled.normalize('NFC') : toAscii(spelled)
  const cased = lowercase ? plain.toLowerCase() : plain
  const words = cased.match(unicode ? /[\p{L}\p{N}\p{M}]+/gu : /[a-z0-9]+/gi) ?? []
  return join(words, separator, maxLength)
}

/** @param {string} text */
function toAscii(text) {
  return [...text.normalize('NFKD')].map((letter) => LETTERS[letter] ?? letter).join('').replace(ACCENTS, '')
}

/**
 * @param {string[]} words
 * @param {string} separator
 * @param {number} maxLength
 */
function join(words, separator, maxLength) {
  let slug = ''
  for (const word of words) {
    const longer = slug === '' ? word : slug + separator + word
    if (longer.length > maxLength) return slug === '' ? word.slice(0, maxLength) : slug
    slug = longer
  }
  return slug
}
