import { spawn, type ChildProcess } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { CancellationToken, MessageConnection, ServerCapabilities } from 'vscode-languageserver-protocol/node'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'

/** A connection to one started language server. */
export interface LanguageClient {
  readonly capabilities: ServerCapabilities
  readonly ended: Promise<void>
  request(method: string, params: unknown, signal: AbortSignal): Promise<unknown>
  notify(method: string, params: unknown): Promise<void>
  onNotification(method: string, listener: (params: unknown) => void): void
  dispose(): Promise<void>
}

export interface ClientOptions {
  name: string
  command: string[]
  root: string
  env: Record<string, string>
  log: Log
  clock: Clock
}

const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 1000

const CLIENT_CAPABILITIES = {
  general: { positionEncodings: ['utf-16'] },
  textDocument: {
    synchronization: {},
    diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
    publishDiagnostics: { versionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } }, dataSupport: true, resolveSupport: { properties: ['edit'] } },
  },
  workspace: { configuration: true, workspaceFolders: true, workspaceEdit: { documentChanges: true }, didChangeWatchedFiles: { dynamicRegistration: true } },
}

/** Starts a server and says hello. Throws LANGUAGE_SERVER_UNAVAILABLE. */
export async function startLanguageClient({ name, command, root, env, log, clock }: ClientOptions): Promise<LanguageClient> {
  const { createMessageConnection, StreamMessageReader, StreamMessageWriter, CancellationTokenSource } = await import('vscode-languageserver-protocol/node')
  const [file = '', ...args] = command
  const child = spawn(file, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  child.stderr.on('data', (data: Buffer) => log.debug(`language server ${name}`, { stderr: data.toString().slice(0, 1000) }))
  // A write to a server that has ended; `ended` tells of it.
  child.stdin.on('error', () => {})
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin))
  connection.onError(([error]) => log.warn(`language server ${name}: ${error.message}`))
  answerServer(connection, root)
  connection.listen()

  const request = async (method: string, params: unknown, signal: AbortSignal): Promise<unknown> => {
    const source = new CancellationTokenSource()
    const cancelled = new Promise<never>((_, reject) => {
      const cancel = (): void => {
        source.cancel()
        reject(new RainyError('CANCELLED', 'The question to the language server was cancelled.', { cause: signal.reason }))
      }
      if (signal.aborted) cancel()
      signal.addEventListener('abort', cancel, { once: true })
    })
    const gone = ended.then(() => Promise.reject(unavailable(name, 'it ended')))
    const token: CancellationToken = source.token
    try {
      return await Promise.race([connection.sendRequest(method, params, token), cancelled, gone])
    } catch (error) {
      if (error instanceof RainyError) throw error
      throw unavailable(name, error instanceof Error ? error.message : String(error), error)
    }
  }
  const stop = new AbortController()
  const timer = clock.after(START_TIMEOUT_MS, () => stop.abort())
  try {
    const folder = { uri: pathToFileURL(root).href, name: root }
    const answer = (await request('initialize', { processId: process.pid, rootUri: folder.uri, workspaceFolders: [folder], capabilities: CLIENT_CAPABILITIES }, stop.signal)) as { capabilities?: ServerCapabilities } | null
    await connection.sendNotification('initialized', {})
    return {
      capabilities: answer?.capabilities ?? {},
      ended,
      request,
      notify: (method, params) => connection.sendNotification(method, params),
      onNotification: (method, listener) => void connection.onNotification(method, listener),
      async dispose() {
        const bye = connection.sendRequest('shutdown').then(() => connection.sendNotification('exit'))
        await Promise.race([bye.catch(() => {}), clock.sleep(STOP_TIMEOUT_MS)])
        await end(child, ended, clock)
        connection.dispose()
      },
    }
  } catch (error) {
    await end(child, ended, clock)
    connection.dispose()
    if (error instanceof RainyError && error.code === 'CANCELLED') throw unavailable(name, `no answer within ${START_TIMEOUT_MS} ms`, error)
    throw error
  } finally {
    timer[Symbol.dispose]()
  }
}

export function unavailable(name: string, why: string, cause?: unknown): RainyError {
  return new RainyError('LANGUAGE_SERVER_UNAVAILABLE', `The language server "${name}" cannot be used: ${why}. Check languageServers in the configuration, or "rainy doctor".`, { cause })
}

/** What servers ask of a client that has no settings and takes every registration. */
function answerServer(connection: MessageConnection, root: string): void {
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null))
  connection.onRequest('workspace/workspaceFolders', () => [{ uri: pathToFileURL(root).href, name: root }])
  for (const method of ['client/registerCapability', 'client/unregisterCapability', 'window/workDoneProgress/create', 'workspace/diagnostic/refresh', 'window/showMessageRequest']) connection.onRequest(method, () => null)
  connection.onRequest('workspace/applyEdit', () => ({ applied: false }))
}

async function end(child: ChildProcess, ended: Promise<void>, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  await Promise.race([ended, clock.sleep(STOP_TIMEOUT_MS)])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
}
