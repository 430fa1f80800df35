/** A rule as people write it: `tool`, or `tool(pattern)`. In the pattern `*` stands for anything and `\*` for a star. */
export interface Rule {
  tool: string
  pattern: string | undefined
}

const RULE = /^([A-Za-z*][\w*/.-]*)(?:\(([^]+)\))?$/

/** Undefined where it is no rule. */
export function parseRule(text: string): Rule | undefined {
  const match = RULE.exec(text.trim())
  return match ? { tool: match[1] ?? '', pattern: match[2] } : undefined
}

/** Makes a pattern that matches this text alone. */
export function exactPattern(text: string): string {
  return text.replaceAll(/[\\*]/g, String.raw`\$&`)
}
