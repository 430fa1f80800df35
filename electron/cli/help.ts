import { GLOBAL_OPTIONS, type CommandSpec, type OptionSpec } from './arguments.ts'

const NAME_WIDTH = 12
const OPTION_WIDTH = 34

export function generalHelp(commands: readonly CommandSpec[]): string {
  return [
    'Rainy Brain: a coding assistant that cannot lose your work.',
    '',
    'Usage: rainy COMMAND [options]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}${summary}`),
    '',
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 parked, 130 interrupted.',
    '',
    'To begin:  rainy run "create a node library called slugify" --workspace ./slugify --yes',
    '`rainy COMMAND --help` tells more.',
    '',
  ].join('\n')
}

export function commandHelp({ name, positionals, summary, options }: CommandSpec): string {
  return [
    `Usage: ${usage({ name, positionals })} [options]`,
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`,
    '',
    ...(Object.keys(options).length > 0 ? ['Options:', ...optionLines(options), ''] : []),
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
  ].join('\n')
}

export function usage({ name, positionals }: Pick<CommandSpec, 'name' | 'positionals'>): string {
  return ['rainy', name, ...positionals].join(' ')
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): string[] {
  return Object.entries(options).map(([name, { short, value, many, help }]) => {
    const head = `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
    return `  ${head.padEnd(OPTION_WIDTH)}${head.length >= OPTION_WIDTH ? `\n  ${' '.repeat(OPTION_WIDTH)}` : ''}${help}${many ? ' (repeatable)' : ''}`
  })
}
