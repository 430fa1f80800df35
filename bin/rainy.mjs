#!/usr/bin/env node
// Runs on any Node, however old: it only finds one that is new enough and hands over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED = [22, 12]
const [major, minor] = process.versions.node.split('.').map(Number)
const newEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
/** Set for the process that this one hands over to, which must not outlive it. */
const REEXECUTED = 'RAINY_REEXECUTED'
const bundle = new URL('../out/main/cli.js', import.meta.url)

if (newEnough) {
  if (process.env[REEXECUTED] && process.channel) {
    // The process that a user kills is the other one: what killed it ends this one too.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    process.channel.unref()
  }
  delete process.env[REEXECUTED]
  // libuv starts its threads at their first use, four of them unless told otherwise: ten slow reads at once need ten.
  process.env.UV_THREADPOOL_SIZE ??= '16'
  if (!existsSync(bundle)) {
    process.stderr.write('rainy: not built yet; run `npm run build` first\n')
    process.exit(2)
  }
  module.enableCompileCache?.()
  await import(bundle.href)
} else {
  const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(own)) {
    process.stderr.write(`rainy: needs Node ${NEEDED.join('.')} or newer (this is ${process.versions.node}); run \`npm install\`, which brings one\n`)
    process.exit(2)
  }
  const env = { ...process.env, [REEXECUTED]: '1' }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  // On a terminal Ctrl-C reaches both by itself, and a second one means something else.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onTerminal && signal === 'SIGINT' ? undefined : child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code ?? 1
  })
}
