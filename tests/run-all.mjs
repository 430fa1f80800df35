// `npm test`: everything, in order of cost; the first failure ends it. What cannot be run is a failure, never a skip.
import { spawnSync } from 'node:child_process'

const STAGES = [
  ['types', 'npm', ['run', '--silent', 'types']],
  ['lint', 'npm', ['run', '--silent', 'lint']],
  ['build', 'npm', ['run', '--silent', 'build', '--', '--logLevel', 'warn']],
  ['unit and integration', 'npm', ['run', '--silent', 'test:unit']],
  ['crash', 'npm', ['run', '--silent', 'test:crash', '--', '--bounded']],
  ['app in a browser', 'npm', ['run', '--silent', 'test:e2e']],
]

const started = Date.now()
for (const [name, command, args] of STAGES) {
  const from = Date.now()
  process.stdout.write(`\n== ${name}\n`)
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error) process.stderr.write(`${error.message}\n`)
  if (status !== 0) {
    process.stderr.write(`\n== ${name} failed\n`)
    process.exit(status ?? 1)
  }
  process.stdout.write(`== ${name}: ${((Date.now() - from) / 1000).toFixed(1)} s\n`)
}
process.stdout.write(`\n== all passed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`)
