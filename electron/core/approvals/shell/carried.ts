/** What a variable's or a setting's value makes another program run: a command line, a program in another language, or what cannot be told. */
export type Carried = { text: string } | { code: string } | { problem: string }

interface Assignment {
  name: string
  value: string
}

/** A shell reads these before or while it reads the line; git takes its whole configuration from the last. */
const CHANGES_MEANING = /^(?:ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|IFS|BASH_FUNC_.*|GIT_CONFIG.*|GIT_EXEC_PATH)$/

const HOLDS_COMMAND = /^(?:GIT_(?:SSH(?:_COMMAND)?|PAGER|EDITOR|SEQUENCE_EDITOR|EXTERNAL_DIFF|PROXY_COMMAND|ASKPASS)|SSH_ASKPASS|SUDO_ASKPASS|PAGER|MANPAGER|LESSOPEN|LESSCLOSE|EDITOR|VISUAL|BROWSER|npm_config_(?:script_shell|shell|git|editor|viewer)|RUSTC(?:_WRAPPER)?)$/i

const HOLDS_CODE = /^(?:NODE_OPTIONS|npm_config_node_options|PERL5OPT|PERL5DB|RUBYOPT)$/i

export function carriedByVariable({ name, value }: Assignment): Carried | undefined {
  if (CHANGES_MEANING.test(name)) return { problem: `${name} changes what the command means` }
  if (HOLDS_COMMAND.test(name)) return { text: value.replace(/^\|+-?/, '') }
  return HOLDS_CODE.test(name) ? { code: value } : undefined
}

const DECLARES: ReadonlySet<string> = new Set(['export', 'declare', 'typeset', 'readonly', 'local'])

/** The variables that a builtin sets by its arguments. */
export function declared(words: string[]): Assignment[] {
  if (!DECLARES.has(words[0] ?? '')) return []
  return words.slice(1).flatMap((word) => {
    const at = word.indexOf('=')
    return at > 0 ? [{ name: word.slice(0, at), value: word.slice(at + 1) }] : []
  })
}

/** Last parts of the names of git's settings whose value is a command (git-config(1)). */
const GIT_COMMAND_SETTING = /(?:^|\.)(?:pager|editor|sshcommand|gitproxy|fsmonitor|askpass|external|command|cmd|textconv|driver|clean|smudge|process|helper|program|uploadpack|receivepack|tool)$|^pager\./

/** What the settings given on a line of git would run. */
export function carriedByGit(words: string[]): Carried[] {
  return [...optionSettings(words), ...configSettings(words)].flatMap(({ name, value }): Carried[] => {
    const key = name.toLowerCase()
    if (/^include(?:if)?\./.test(key)) return [{ problem: 'git is given more configuration' }]
    if (key === 'core.hookspath') return value === '' || value === '/dev/null' ? [] : [{ problem: 'git is given hooks to run' }]
    return GIT_COMMAND_SETTING.test(key) ? [{ text: value.replace(/^!/, '') }] : []
  })
}

/** `-c name=value` of git, and `--config name=value` of clone. */
function optionSettings(words: string[]): Assignment[] {
  return words.flatMap((word, at) => {
    const text = word === '-c' || word === '--config' ? words[at + 1] : /^(?:-c|--config=)(?=.)(.*)$/s.exec(word)?.[1]
    const equals = text?.indexOf('=') ?? -1
    return text !== undefined && equals > 0 ? [{ name: text.slice(0, equals), value: text.slice(equals + 1) }] : []
  })
}

/** `git config NAME VALUE`. */
function configSettings(words: string[]): Assignment[] {
  const at = words.indexOf('config', 1)
  if (at === -1) return []
  const rest = words.slice(at + 1)
  // An option's value may stand among them: each pair of neighbours is looked at.
  return rest.flatMap((name, index) => (name.includes('.') && index + 1 < rest.length ? [{ name, value: rest[index + 1] ?? '' }] : []))
}
