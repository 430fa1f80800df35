import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../bin/{{bare}}.js', import.meta.url))

/**
 * Runs the command as a shell would and tells how it ended.
 *
 * @param {string[]} args
 * @param {{ input?: string, cwd?: string }} [options]
 */
export async function run(args, { input = '', cwd } = {}) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd })
  child.stdin.end(input)
  const ended = new Promise((resolve) => child.once('close', resolve))
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, exitCode }
}
