import { nearest } from '../core/config/nearest.ts'

export interface OptionSpec {
  /** What its value is called in the help; without one it is a switch. */
  value?: string
  short?: string
  /** May be given several times. */
  many?: boolean
  help: string
}

export interface CommandSpec {
  name: string
  /** `ID`, `[DIR]`, `TASK...`: optional in brackets, the rest of the line with dots. */
  positionals: readonly string[]
  summary: string
  options: Readonly<Record<string, OptionSpec>>
}

export interface Arguments {
  command: string | undefined
  positionals: string[]
  /** Given options: true for a switch, all values otherwise. */
  options: Record<string, true | string[]>
}

/** The user typed something that means nothing here. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The command whose help would help. */
  readonly command: string | undefined
  constructor(message: string, command?: string) {
    super(message)
    this.command = command
  }
}

export const GLOBAL_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  workspace: { value: 'DIR', help: 'work in this folder (default: the current one)' },
  'data-dir': { value: 'DIR', help: 'keep everything here (default: RAINY_DATA_DIR, else the usual place)' },
  json: { help: 'for programs: JSON on stdout and nothing else' },
  trust: { help: 'trust the workspace, now and after' },
  help: { short: 'h', help: 'show this' },
  version: { short: 'V', help: 'print the version' },
}

/** Options may stand anywhere; `--` ends them. Throws UsageError. */
export function parseArguments(argv: readonly string[], commands: readonly CommandSpec[]): Arguments {
  const found: Arguments = { command: undefined, positionals: [], options: Object.create(null) as Record<string, true | string[]> }
  let spec: CommandSpec | undefined
  let rest = [...argv]
  while (rest.length > 0) {
    const [word = '', ...after] = rest
    rest = after
    if (word === '--') {
      for (const plain of rest) spec = takePlain(plain, found, spec, commands)
      break
    }
    if (word.startsWith('-') && word !== '-') rest = takeOption(word, rest, found, spec)
    else spec = takePlain(word, found, spec, commands)
  }
  if (spec && !found.options['help']) checkCount(found, spec)
  return found
}

function takePlain(word: string, found: Arguments, spec: CommandSpec | undefined, commands: readonly CommandSpec[]): CommandSpec {
  if (spec) {
    found.positionals.push(word)
    return spec
  }
  const command = commands.find(({ name }) => name === word)
  if (!command) {
    const near = nearest(word, commands.map(({ name }) => name))
    throw new UsageError(`there is no command "${word}"${near ? `; did you mean "${near}"?` : ''}`)
  }
  found.command = command.name
  return command
}

/** Takes the option, and its value off the rest of the line; gives what is left. */
function takeOption(word: string, rest: string[], found: Arguments, spec: CommandSpec | undefined): string[] {
  const known = { ...GLOBAL_OPTIONS, ...spec?.options }
  const equals = word.indexOf('=')
  const given = equals === -1 ? word : word.slice(0, equals)
  const inline = equals === -1 ? undefined : word.slice(equals + 1)
  const name = given.startsWith('--') ? given.slice(2) : Object.keys(known).find((key) => known[key]?.short === given.slice(1))
  const option = name !== undefined && Object.hasOwn(known, name) ? known[name] : undefined
  if (name === undefined || !option) {
    const near = nearest(given.replace(/^-+/, ''), Object.keys(known))
    throw new UsageError(`${spec ? `\`rainy ${spec.name}\`` : 'rainy'} has no option "${given}"${near ? `; did you mean "--${near}"?` : ''}`, spec?.name)
  }
  if (option.value === undefined) {
    if (inline !== undefined) throw new UsageError(`--${name} takes no value`, spec?.name)
    found.options[name] = true
    return rest
  }
  const [next, ...after] = rest
  const value = inline ?? next
  if (value === undefined || (inline === undefined && /^-[^\d]/.test(value))) throw new UsageError(`--${name} needs a value (${option.value})`, spec?.name)
  const before = found.options[name]
  found.options[name] = option.many && Array.isArray(before) ? [...before, value] : [value]
  return inline === undefined ? after : rest
}

function checkCount({ positionals }: Arguments, spec: CommandSpec): void {
  const least = spec.positionals.filter((name) => !name.startsWith('[')).length
  const most = spec.positionals.some((name) => name.includes('...')) ? Number.POSITIVE_INFINITY : spec.positionals.length
  if (positionals.length < least) throw new UsageError(`\`rainy ${spec.name}\` needs ${spec.positionals[positionals.length] ?? 'more'}`, spec.name)
  if (positionals.length > most) throw new UsageError(`\`rainy ${spec.name}\` does not take "${positionals[most] ?? ''}"`, spec.name)
}

/** The one value of an option. */
export function valueOf({ options }: Arguments, name: string): string | undefined {
  const values = options[name]
  return Array.isArray(values) ? values.at(-1) : undefined
}

export function valuesOf({ options }: Arguments, name: string): string[] {
  const values = options[name]
  return Array.isArray(values) ? values : []
}

export function has({ options }: Arguments, name: string): boolean {
  return options[name] !== undefined
}
