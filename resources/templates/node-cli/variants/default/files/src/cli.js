import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { count } from './count.js'

const HELP = `{{bare}}: counts the lines, words and characters of files

Usage: {{bare}} [options] [FILE...]

Without a file, or with "-", it reads standard input.

Options:
  --json         prints one JSON array
  -h, --help     prints this
  -v, --version  prints the version

Exit status: 0 all was counted, 1 a file could not be read, 2 wrong usage.
`

/**
 * @param {string[]} args
 * @param {{ stdin: NodeJS.ReadableStream, stdout: { write(text: string): unknown }, stderr: { write(text: string): unknown } }} io
 * @returns {Promise<number>} the exit status
 */
export async function main(args, { stdin, stdout, stderr }) {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
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
  const results = []
  let exitCode = 0
  for (const file of positionals.length > 0 ? positionals : ['-']) {
    try {
      const content = file === '-' ? await readAll(stdin) : await readFile(file, 'utf8')
      results.push({ file, ...count(content) })
    } catch (error) {
      stderr.write(`{{bare}}: ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}\n`)
      exitCode = 1
    }
  }
  stdout.write(values.json ? `${JSON.stringify(results)}\n` : results.map(toLine).join(''))
  return exitCode
}

/** @param {{ file: string, lines: number, words: number, characters: number }} result */
function toLine({ file, lines, words, characters }) {
  return `${lines}\t${words}\t${characters}\t${file}\n`
}
