import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { greet } from './greet.js'

const HELP = `{{bare}}: greets people

Usage: {{bare}} [options] [NAME...]

Options:
  --word WORD    greets with it instead of "Hello"
  --shout        in capitals
  -h, --help     prints this
  -v, --version  prints the version

Exit status: 0 greeted, 2 wrong usage.
`

/**
 * @param {string[]} args
 * @param {{ stdout: { write(text: string): unknown }, stderr: { write(text: string): unknown } }} io
 * @returns {Promise<number>} the exit status
 */
export async function main(args, { stdout, stderr }) {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { word: { type: 'string' }, shout: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
  } catch (error) {
    stderr.write(`{{bare}}: ${error.message}\nTry "{{bare}} --help".\n`)
    return 2
  }
  const { values, positionals } = parsed
  if (values.help) {
    stdout.write(HELP)
    return 0
  }
  if (values.version) {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    stdout.write(`${version}\n`)
    return 0
  }
  stdout.write(`${greet(positionals, { word: values.word, shout: values.shout })}\n`)
  return 0
}
