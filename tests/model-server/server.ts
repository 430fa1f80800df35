import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Quirks, Refusal, WireFormat } from './formats/format.ts'
import { openaiFormat } from './formats/openai.ts'
import type { Fault, FaultPlan, Script, ScriptAnswer, ScriptRequest } from './script.ts'

const FORMATS: WireFormat[] = [openaiFormat]
const CHARS_PER_TOKEN = 4
const DELIVERY_MS = 30

/** One inference request as the server saw it. Times are ms since 1970, with fractions. */
export interface RecordedCall {
  n: number
  receivedAt: number
  endedAt: number
  /** SHA-256 of model, system prompt and conversation: the same question has the same one. */
  fingerprint: string
  model: string
  agent: string
  messages: number
  bytes: number
  /** `answered` only where the client took the whole answer. */
  outcome: 'open' | 'answered' | 'refused' | 'fault' | 'aborted'
  status: number
  refusal?: string
  /** The request's body, where the server was told to keep bodies. */
  body?: unknown
}

export interface ModelServerOptions {
  script: Script
  faults?: FaultPlan
  quirks?: Quirks
  /** Refuses every other key, as a real server does. */
  apiKey?: string
  /** Refuses every other model. */
  models?: string[]
  contextTokens?: number
  port?: number
  /** Default true. */
  keepBodies?: boolean
  /** Told of each call when it has ended. */
  onCall?(call: RecordedCall): void
}

export interface ModelServer extends AsyncDisposable {
  /** The base URL as a provider's SDK takes it. */
  url: string
  port: number
  calls: RecordedCall[]
  /** Told when a client leaves before its answer is whole. */
  onDisconnect(listener: () => void): void
  /** Fingerprints that were answered in full more than once. */
  repeated(): string[]
  close(): Promise<void>
}

const now = (): number => performance.timeOrigin + performance.now()
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function fingerprintOf(request: ScriptRequest): string {
  return createHash('sha256').update(JSON.stringify([request.model, request.system, request.messages])).digest('hex')
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Serves scripted answers in the providers' own wire formats, refuses what they refuse, and writes down every call. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const calls: RecordedCall[] = []
  const quirks = options.quirks ?? {}
  const disconnectListeners: Array<() => void> = []

  function refusalFor(format: WireFormat, incoming: IncomingMessage, request: ScriptRequest | undefined): Refusal | undefined {
    if (options.apiKey !== undefined && format.keyOf(incoming.headers) !== options.apiKey) {
      return { status: 401, message: 'Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.', type: 'invalid_request_error', code: 'invalid_api_key' }
    }
    if (!request) return undefined
    if (options.models && !options.models.includes(request.model)) {
      return { status: 404, message: `The model \`${request.model}\` does not exist or you do not have access to it.`, type: 'invalid_request_error', code: 'model_not_found' }
    }
    const tokens = Math.ceil(JSON.stringify([request.system, request.messages]).length / CHARS_PER_TOKEN)
    if (options.contextTokens !== undefined && tokens > options.contextTokens) {
      return {
        status: 400,
        message: `This model's maximum context length is ${options.contextTokens} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      }
    }
    return undefined
  }

  async function infer(format: WireFormat, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const text = await readBody(incoming)
    const body = parseJson(text)
    const call: RecordedCall = { n: calls.length + 1, receivedAt: now(), endedAt: 0, fingerprint: '', model: '', agent: '', messages: 0, bytes: text.length, outcome: 'open', status: 0 }
    if (options.keepBodies ?? true) call.body = body
    calls.push(call)
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) for (const listener of disconnectListeners) listener()
      end(outgoing.writableFinished ? 'answered' : 'aborted', outgoing.statusCode)
    })
    function end(outcome: RecordedCall['outcome'], status: number): void {
      if (call.outcome !== 'open') return
      Object.assign(call, { outcome, status, endedAt: now() })
      options.onCall?.(call)
    }
    function refuse(refusal: Refusal): void {
      call.refusal = refusal.message
      end('refused', refusal.status)
      outgoing.writeHead(refusal.status, { 'content-type': 'application/json' }).end(format.errorBody(refusal))
    }

    const unauthorized = refusalFor(format, incoming, undefined)
    if (unauthorized) return refuse(unauthorized)
    const parsed = format.parse(body, incoming.url ?? '', quirks)
    if (!parsed.ok) return refuse(parsed.refusal)
    const { request } = parsed
    Object.assign(call, { fingerprint: fingerprintOf(request), model: request.model, agent: request.agent, messages: request.messages.length })
    const refusal = refusalFor(format, incoming, request)
    if (refusal) return refuse(refusal)

    const answer = options.script(request)
    const fault = options.faults?.({ n: call.n, request }) ?? answer.fault
    if (answer.latencyMs) await pause(answer.latencyMs)
    if (fault) return fail(fault, { format, request, answer, body, incoming, outgoing, end, n: call.n })
    const id = `chatcmpl-${call.fingerprint.slice(0, 24)}`
    if (!request.stream) return void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(format.body(answer, request, id, quirks))
    await writeChunks(outgoing, format.chunks(answer, request, id, body, quirks), answer.tokenMs)
    outgoing.end()
  }

  async function fail(fault: Fault, at: { format: WireFormat; request: ScriptRequest; answer: ScriptAnswer; body: unknown; incoming: IncomingMessage; outgoing: ServerResponse; end(outcome: 'fault', status: number): void; n: number }): Promise<void> {
    const { format, outgoing } = at
    if (fault.kind === 'status') {
      at.end('fault', fault.status)
      const { status, message = `The server had an error (${status}).`, type, code, headers } = fault
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(format.errorBody({ status, message, ...(type ? { type } : {}), ...(code ? { code } : {}) }))
      return
    }
    at.end('fault', 200)
    if (fault.kind === 'garbage') return void outgoing.writeHead(200, { 'content-type': fault.contentType ?? 'text/event-stream' }).end(fault.body)
    const count = fault.afterChunks ?? 0
    if (count > 0) await writeChunks(outgoing, format.chunks(at.answer, at.request, 'chatcmpl-fault', at.body, quirks).slice(0, count), at.answer.tokenMs)
    // A reset overtakes what is still on its way: let the chunks arrive.
    if (fault.kind === 'reset' && count > 0) await pause(DELIVERY_MS)
    if (fault.kind === 'reset') at.incoming.socket.resetAndDestroy()
    if (fault.kind === 'truncate') outgoing.end()
  }

  async function writeChunks(outgoing: ServerResponse, chunks: string[], tokenMs = 0): Promise<void> {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    if (tokenMs === 0) return void outgoing.write(chunks.join(''))
    for (const chunk of chunks) {
      if (outgoing.destroyed) return
      outgoing.write(chunk)
      await pause(tokenMs)
    }
  }

  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname
    // For tests in other processes.
    if (path === '/calls') return void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(calls))
    const format = FORMATS.find((candidate) => candidate.route(incoming.method ?? '', path) !== undefined)
    if (!format) return void outgoing.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: `Unknown request URL: ${incoming.method} ${path}.`, type: 'invalid_request_error', param: null, code: 'unknown_url' } }))
    if (format.route(incoming.method ?? '', path) === 'models') {
      const refusal = refusalFor(format, incoming, undefined)
      if (refusal) return void outgoing.writeHead(refusal.status, { 'content-type': 'application/json' }).end(format.errorBody(refusal))
      return void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(format.models(options.models ?? ['stand-in']))
    }
    infer(format, incoming, outgoing).catch((error: unknown) => {
      // A script that throws is the test's mistake: say so loudly, in the answer too.
      console.error(error)
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'application/json', 'x-id': randomUUID() }).end(format.errorBody({ status: 500, message: `The script threw: ${String(error)}` }))
      else outgoing.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    calls,
    onDisconnect: (listener) => void disconnectListeners.push(listener),
    repeated() {
      const answered = calls.filter(({ outcome }) => outcome === 'answered').map(({ fingerprint }) => fingerprint)
      return [...new Set(answered.filter((fingerprint, index) => answered.indexOf(fingerprint) !== index))]
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
