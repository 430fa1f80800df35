const NOT_ALLOWED = /[^a-zA-Z0-9_-]/g
const NAME_LIMIT = 64

export interface ToolNames {
  /** The name as it may stand in a request. */
  toWire(name: string): string
  fromWire(name: string): string
}

/** Providers take letters, digits, `_` and `-`, up to 64, once each; ours (`client/open`) may have more. */
export function createToolNames(names: readonly string[]): ToolNames {
  const wire = new Map<string, string>()
  const own = new Map<string, string>()
  const clean = (name: string): string => name.replace(NOT_ALLOWED, '_').slice(0, NAME_LIMIT) || 'unknown_tool'
  for (const name of names) {
    if (wire.has(name)) continue
    let candidate = clean(name)
    for (let turn = 2; own.has(candidate); turn += 1) candidate = `${clean(name).slice(0, NAME_LIMIT - 4)}_${turn}`
    wire.set(name, candidate)
    own.set(candidate, name)
  }
  return { toWire: (name) => wire.get(name) ?? clean(name), fromWire: (name) => own.get(name) ?? name }
}
