/** A git configuration: `section.key` or `section.subsection.key` → its values in order. Sections and keys are lower case. */
export type GitConfig = ReadonlyMap<string, readonly string[]>

/** git-config(1), without includes: those of an untrusted repository are not followed. Lines that make no sense are passed over. */
export function parseGitConfig(texts: string[]): GitConfig {
  const config = new Map<string, string[]>()
  for (const text of texts) {
    let section = ''
    for (const line of joinedLines(text)) {
      const header = /^\s*\[\s*([-.\w]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*(.*)$/.exec(line)
      if (header) {
        section = header[1]!.toLowerCase() + (header[2] === undefined ? '' : `.${header[2].replaceAll(/\\(.)/g, '$1')}`)
        if (!header[3]) continue
      }
      const entry = /^\s*([A-Za-z][-A-Za-z0-9]*)\s*(?:=\s*(.*))?$/.exec(header ? header[3]! : line)
      if (!entry || section === '') continue
      const key = `${section}.${entry[1]!.toLowerCase()}`
      const values = config.get(key) ?? []
      values.push(entry[2] === undefined ? 'true' : unquoted(entry[2]))
      config.set(key, values)
    }
  }
  return config
}

export function configValue(config: GitConfig, key: string): string | undefined {
  return config.get(key.toLowerCase())?.at(-1)
}

export function configFlag(config: GitConfig, key: string, otherwise: boolean): boolean {
  const value = configValue(config, key)?.toLowerCase()
  if (value === undefined) return otherwise
  return !['false', 'no', 'off', '0', ''].includes(value)
}

function joinedLines(text: string): string[] {
  return text.replaceAll(/\\\r?\n/g, '').split(/\r?\n/).filter((line) => !/^\s*[#;]/.test(line))
}

const ESCAPED: Record<string, string> = { n: '\n', t: '\t', b: '\b' }

function unquoted(raw: string): string {
  let value = ''
  let kept = 0
  let inQuotes = false
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at]!
    if (char === '"') inQuotes = !inQuotes
    else if (!inQuotes && (char === '#' || char === ';')) break
    else if (char === '\\') value += ESCAPED[raw[(at += 1)] ?? ''] ?? raw[at] ?? ''
    else value += char
    if (inQuotes || !/\s/.test(char)) kept = value.length
  }
  return value.slice(0, kept)
}
