/** What every object may be asked without being part of Electron: by promises, by the inspector, by printing. */
const COMMON: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor', 'inspect', 'nodeType', 'prototype', '__esModule', 'default'])

/** An object that has what was imitated, and throws on everything else: a part that is missing is never taken for one that answers. */
export function strict<Part extends object>(name: string, part: Part): Part {
  return new Proxy(part, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target) && !COMMON.has(key)) throw new Error(`not imitated: ${name}.${key}`)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' && !isClass(value) ? value.bind(target) : value
    },
  })
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

export function absent(name: string): object {
  return strict(name, Object.create(null) as object)
}
