import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { unavailable, type LanguageClient } from './language-client.ts'
import { codeActionSchema, diagnosticReportSchema, publishedSchema, type LspCodeAction, type LspDiagnostic } from './lsp-shapes.ts'
import { languageId } from './server-commands.ts'
import { extensionOf, type SourceFile } from './source-files.ts'
import type { Diagnostic, TextEdit } from './types.ts'

/** One running server: keeps its view of the files in step with the disk, and asks it. */
export interface LanguageServer {
  readonly ended: Promise<void>
  /** Tells the server what has changed on disk since the last time, of all files that it may look at. */
  sync(files: SourceFile[]): Promise<void>
  diagnose(path: string, signal: AbortSignal): Promise<Diagnostic[]>
  dispose(): Promise<void>
}

/** More open documents than this are closed again, the oldest first. */
const OPEN_DOCUMENTS_LIMIT = 64
/** A server that pushes has this long for a file's first answer. */
const PUSH_WAIT_MS = 10_000
/** After a change elsewhere it may say the same again or say nothing: this long is waited for something new. */
const SETTLE_MS = 500
const FIXES_PER_DIAGNOSTIC = 5
const DIAGNOSTICS_WITH_FIXES = 50
const SEVERITIES = ['error', 'error', 'warning', 'information', 'hint'] as const
const FILE_CREATED = 1
const FILE_CHANGED = 2
const FILE_DELETED = 3

export function createLanguageServer(root: string, client: LanguageClient, clock: Clock): LanguageServer {
  const known = new Map<string, string>()
  const open = new Map<string, { version: number; text: string }>()
  const pushed = new Map<string, LspDiagnostic[]>()
  const waiting = new Map<string, () => void>()
  const uriOf = (path: string): string => pathToFileURL(join(root, path)).href
  let unsettled = false
  let over = false
  void client.ended.then(() => (over = true))
  const pulls = client.capabilities.diagnosticProvider !== undefined

  client.onNotification('textDocument/publishDiagnostics', (params) => {
    const parsed = publishedSchema.safeParse(params)
    if (!parsed.success) return
    const { uri, version, diagnostics } = parsed.data
    const path = pathOf(root, uri)
    if (path === undefined || (version != null && version !== open.get(path)?.version)) return
    pushed.set(path, diagnostics)
    waiting.get(path)?.()
  })

  const openDocument = async (path: string): Promise<void> => {
    const text = await readFile(join(root, path), 'utf8')
    const before = open.get(path)
    if (before?.text === text) return
    const version = (before?.version ?? 0) + 1
    open.delete(path)
    open.set(path, { version, text })
    pushed.delete(path)
    const uri = uriOf(path)
    if (before) await client.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] })
    else await client.notify('textDocument/didOpen', { textDocument: { uri, languageId: languageId(extensionOf(path)), version, text } })
    for (const oldest of open.keys()) if (open.size > OPEN_DOCUMENTS_LIMIT) await closeDocument(oldest)
  }
  const closeDocument = async (path: string): Promise<void> => {
    open.delete(path)
    pushed.delete(path)
    await client.notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } })
  }

  return {
    ended: client.ended,
    async sync(files) {
      const changes: Array<{ uri: string; type: number }> = []
      const now = new Map(files.map((file) => [file.path, file.stamp]))
      for (const [path, stamp] of now) if (known.get(path) !== stamp) changes.push({ uri: uriOf(path), type: known.has(path) ? FILE_CHANGED : FILE_CREATED })
      for (const path of known.keys()) if (!now.has(path)) changes.push({ uri: uriOf(path), type: FILE_DELETED })
      const first = known.size === 0
      known.clear()
      for (const [path, stamp] of now) known.set(path, stamp)
      for (const path of open.keys()) await (now.has(path) ? openDocument(path) : closeDocument(path))
      if (!first && changes.length > 0) {
        // What another file says can change what is true of this one.
        unsettled = true
        await client.notify('workspace/didChangeWatchedFiles', { changes })
      }
    },
    async diagnose(path, signal) {
      await openDocument(path)
      const found = pulls ? await pull(path, signal) : await awaitPush(path, signal)
      const diagnostics: Diagnostic[] = []
      for (const [index, one] of found.entries()) {
        const fixes = index < DIAGNOSTICS_WITH_FIXES && client.capabilities.codeActionProvider ? await fixesOf(path, one, signal) : []
        diagnostics.push({ ...plain(path, one), ...(fixes.length > 0 ? { fixes } : {}) })
      }
      return diagnostics
    },
    dispose: () => client.dispose(),
  }

  async function pull(path: string, signal: AbortSignal): Promise<LspDiagnostic[]> {
    const report = diagnosticReportSchema.safeParse(await client.request('textDocument/diagnostic', { textDocument: { uri: uriOf(path) } }, signal))
    return report.success ? report.data.items : []
  }

  async function awaitPush(path: string, signal: AbortSignal): Promise<LspDiagnostic[]> {
    if (unsettled || !pushed.has(path)) {
      const arrived = new Promise<void>((resolve) => waiting.set(path, resolve))
      await Promise.race([arrived, client.ended, clock.sleep(pushed.has(path) ? SETTLE_MS : PUSH_WAIT_MS, signal)])
      waiting.delete(path)
    }
    unsettled = false
    if (over) throw unavailable(languageId(extensionOf(path)), 'it ended while it was asked')
    return pushed.get(path) ?? []
  }

  async function fixesOf(path: string, diagnostic: LspDiagnostic, signal: AbortSignal): Promise<NonNullable<Diagnostic['fixes']>> {
    const params = { textDocument: { uri: uriOf(path) }, range: diagnostic.range, context: { diagnostics: [diagnostic], only: ['quickfix'] } }
    const actions = z.array(codeActionSchema).safeParse(await client.request('textDocument/codeAction', params, signal))
    const fixes: NonNullable<Diagnostic['fixes']> = []
    for (const action of (actions.data ?? []).filter((one) => one.disabled === undefined).slice(0, FIXES_PER_DIAGNOSTIC)) {
      const whole = action.edit ? action : codeActionSchema.safeParse(await client.request('codeAction/resolve', action, signal)).data
      const edits = whole && editsOf(root, whole)
      if (whole && edits && edits.length > 0) fixes.push({ title: whole.title, edits })
    }
    return fixes
  }
}

function plain(path: string, { range, severity, code, source, message }: LspDiagnostic): Diagnostic {
  return {
    path,
    line: range.start.line + 1,
    column: range.start.character + 1,
    severity: SEVERITIES[severity ?? 1] ?? 'error',
    message: typeof message === 'string' ? message : message.value,
    code: code == null ? '' : String(code),
    source: source ?? '',
  }
}

/** Undefined where it would touch anything outside the workspace, or do more than edit text. */
function editsOf(root: string, { edit }: LspCodeAction): TextEdit[] | undefined {
  const byFile = [...Object.entries(edit?.changes ?? {}), ...(edit?.documentChanges ?? []).map(({ textDocument, edits }) => [textDocument.uri, edits] as const)]
  const all: TextEdit[] = []
  for (const [uri, edits] of byFile) {
    const path = pathOf(root, uri)
    if (path === undefined) return undefined
    for (const { range, newText } of edits) {
      all.push({ path, line: range.start.line + 1, column: range.start.character + 1, endLine: range.end.line + 1, endColumn: range.end.character + 1, newText })
    }
  }
  return all
}

function pathOf(root: string, uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined
  const path = relative(root, fileURLToPath(uri)).split(sep).join('/')
  return path.startsWith('../') || path === '' ? undefined : path
}
