/**
 * The items of a list without repeats, in their order; of equal ones the first stays.
 *
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => unknown} [keyOf] What makes two items equal; by default the item itself.
 * @returns {T[]}
 * @throws {TypeError} where `items` is not iterable or `keyOf` is not a function
 */
export function {{camel}}(items, keyOf = (item) => item) {
  if (items === null || items === undefined || typeof items[Symbol.iterator] !== 'function') {
    throw new TypeError(`{{camel}}: items must be iterable, got ${items === null ? 'null' : typeof items}`)
  }
  if (typeof keyOf !== 'function') {
    throw new TypeError(`{{camel}}: keyOf must be a function, got ${typeof keyOf}`)
  }
  const seen = new Map()
  for (const item of items) {
    const key = keyOf(item)
    if (!seen.has(key)) seen.set(key, item)
  }
  return [...seen.values()]
}
