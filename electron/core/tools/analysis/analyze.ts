import { RainyError } from '../../../../shared/errors.ts'
import type { Workspace } from '../../workspace/types.ts'
import type { Grammars } from './grammars.ts'
import { exportsOf, importsOf, type ExportItem, type ImportItem } from './imports-exports.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { outlineOf, type OutlineItem } from './outline.ts'
import { listSourceFiles } from './source-files.ts'

export interface Reference {
  path: string
  line: number
  column: number
  /** The line itself. */
  text: string
}

export interface Analysis {
  language: string
  outline: OutlineItem[]
  imports: ImportItem[]
  exports: ExportItem[]
  references?: Reference[]
}

export const ANALYZED_FILE_LIMIT_BYTES = 2 * 1024 * 1024
export const REFERENCES_LIMIT = 500
const LINE_LIMIT_CHARS = 300

export interface AnalyzeRequest {
  workspace: Workspace
  path: string
  symbol?: string
  signal: AbortSignal
}

/** Throws what resolving and reading the path throws, and INVALID_TOOL_ARGS for a file whose language has no grammar here. */
export async function analyze({ workspace, path, symbol, signal }: AnalyzeRequest, grammars: Grammars): Promise<Analysis> {
  const target = await workspace.resolve(path, 'read')
  const { bytes } = await workspace.read(target, ANALYZED_FILE_LIMIT_BYTES)
  const language = await grammars.languageOf(target.relative)
  const root = grammars.parse(language, textOf(bytes)).root()
  const outline = outlineOf(root, language)
  const analysis = { language: language.name, outline, imports: importsOf(root, language), exports: exportsOf(root, language, outline) }
  return symbol === undefined ? analysis : { ...analysis, references: await referencesTo(symbol, language, { workspace, signal }, grammars) }
}

/** Every node of the workspace that bears the name, in files that may speak of the same thing. By name alone: two things of one name are both found. */
async function referencesTo(symbol: string, { family }: Language, { workspace, signal }: Pick<AnalyzeRequest, 'workspace' | 'signal'>, grammars: Grammars): Promise<Reference[]> {
  const extensions = new Set(LANGUAGES.filter((one) => one.family === family).flatMap((one) => one.extensions))
  const references: Reference[] = []
  for (const { path } of await listSourceFiles(workspace.root, extensions, signal)) {
    if (references.length >= REFERENCES_LIMIT) break
    if (signal.aborted) throw new RainyError('CANCELLED', 'The search for references was cancelled.', { cause: signal.reason })
    const text = await readable(workspace, path)
    if (text === undefined || !text.includes(symbol)) continue
    const language = await grammars.languageOf(path)
    const lines = text.split('\n')
    const named = grammars.parse(language, text).root().findAll({ rule: { any: language.names.map((kind) => ({ kind })), regex: `^${escaped(symbol)}$` } })
    for (const node of named) {
      const { line, column } = node.range().start
      references.push({ path, line: line + 1, column: column + 1, text: (lines[line] ?? '').replace(/\r$/, '').slice(0, LINE_LIMIT_CHARS) })
    }
  }
  return references.slice(0, REFERENCES_LIMIT)
}

/** Undefined for a file that went away, or may not be read, or is too large, since it was listed. */
async function readable(workspace: Workspace, path: string): Promise<string | undefined> {
  try {
    return textOf((await workspace.read(await workspace.resolve(path, 'read'), ANALYZED_FILE_LIMIT_BYTES)).bytes)
  } catch (error) {
    if (error instanceof RainyError) return undefined
    throw error
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function escaped(symbol: string): string {
  return symbol.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
