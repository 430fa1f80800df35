import { expose } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import { parentPort } from 'node:worker_threads'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { createToolThreadApi } from './tool-thread-api.ts'

/** The root of a tool thread. A thread of its own, so that git and parsers do not hold up the host. */
if (!parentPort) throw new Error('tool-thread is the entry of a worker thread')
const port = parentPort

const say = (level: keyof Log) => (message: string, fields: Record<string, unknown> = {}) => port.postMessage({ type: 'log', level, message, fields })
const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }

// Typed as a module with a default; at run time it is the function itself, or in a bundle that module.
const nodeEndpoint = ((nodeAdapter as { default?: unknown }).default ?? nodeAdapter) as typeof nodeAdapter.default
expose(createToolThreadApi({ clock: systemClock, log }), nodeEndpoint(port))
