/** A place in a file: lines and columns count from 1, columns in UTF-16 units. */
export interface TextEdit {
  path: string
  line: number
  column: number
  endLine: number
  /** The column after the last one replaced: equal to `column` on the same line where text is only put in. */
  endColumn: number
  newText: string
}

export interface Diagnostic {
  path: string
  line: number
  column: number
  severity: 'error' | 'warning' | 'information' | 'hint'
  message: string
  code: string
  source: string
  /** The server's quick fixes, as edits of files of the workspace. */
  fixes?: Array<{ title: string; edits: TextEdit[] }>
}

export interface DiagnosticsRequest {
  /** The workspace, a real path. */
  root: string
  /** From the root: a file, a folder, or `.`. */
  path: string
  signal: AbortSignal
}

/** Language servers, kept warm for each workspace and language. */
export interface LanguageServers {
  /** Throws LANGUAGE_SERVER_UNAVAILABLE and CANCELLED. */
  diagnostics(request: DiagnosticsRequest): Promise<Diagnostic[]>
  dispose(): Promise<void>
}
