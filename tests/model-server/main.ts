import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { FaultPlan, Script } from './script.ts'
import { findScript, SCRIPT_NAMES } from './scripts/index.ts'
import { startModelServer } from './server.ts'

/**
 * The stand-in server for tests in other processes: `node tests/model-server/main.ts --script NAME|FILE [--port N] [--key KEY]`.
 * A file exports `script`, and `faults` if it likes. Prints `{"url","port","pid"}` on one line; `GET /calls` tells what came.
 */
const moduleSchema = z.object({ script: z.custom<Script>((value) => typeof value === 'function'), faults: z.custom<FaultPlan>((value) => typeof value === 'function').optional() })

const { values } = parseArgs({ options: { script: { type: 'string' }, port: { type: 'string', default: '0' }, key: { type: 'string' } } })
if (!values.script) throw new Error(`--script: one of ${SCRIPT_NAMES.join(', ')}, or a file that exports one`)
const ready = findScript(values.script)
const { script, faults } = ready ? { script: ready, faults: undefined } : moduleSchema.parse(await import(pathToFileURL(resolve(values.script)).href))
const server = await startModelServer({ script, ...(faults ? { faults } : {}), ...(values.key ? { apiKey: values.key } : {}), port: Number(values.port), keepBodies: false })
console.log(JSON.stringify({ url: server.url, port: server.port, pid: process.pid }))
