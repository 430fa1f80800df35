const SHOWN_LINES = 40

export const ABILITIES =
  'I can create a project from a template (a Node library or a command-line tool), run commands and tests, search the code, explain a file from its outline, rename a symbol, replace text, apply the quick fixes a language server offers, and commit.'

export const PROVIDER_HINT = 'For anything else set up a model: with OPENAI_API_KEY in the environment, or any provider in config.json.'

/** What is said where no rule helps. */
export function cannot(what: string): string {
  return `I cannot do this: ${what} I am the built-in model, a set of rules and not an LLM. ${ABILITIES} ${PROVIDER_HINT}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** A list for reading: "a, b and c", and how many more. */
export function listed(names: readonly string[], limit = 8): string {
  const shown = names.slice(0, limit)
  const rest = names.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** Output with its middle left out where it is long, in a fence. */
export function fenced(output: string): string {
  const lines = output.replace(/\s+$/, '').split('\n')
  const half = SHOWN_LINES / 2
  const shown = lines.length <= SHOWN_LINES ? lines : [...lines.slice(0, half), `[${lines.length - SHOWN_LINES} lines left out]`, ...lines.slice(-half)]
  return `\`\`\`\n${shown.join('\n')}\n\`\`\``
}
