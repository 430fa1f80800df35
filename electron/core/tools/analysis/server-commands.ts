import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { existsSync } from 'node:fs'
import type { LanguageServerConfig } from '../../../../shared/config.ts'

const TYPESCRIPT_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** By extension: the LSP's name of the language, where it is not the extension itself. */
const LANGUAGE_IDS: Record<string, string> = {
  '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'typescriptreact',
  '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.jsx': 'javascriptreact',
  '.py': 'python', '.rs': 'rust', '.rb': 'ruby', '.cs': 'csharp', '.sh': 'shellscript', '.md': 'markdown', '.kt': 'kotlin', '.h': 'c', '.hpp': 'cpp', '.cc': 'cpp',
}

export function languageId(extension: string): string {
  return LANGUAGE_IDS[extension] ?? extension.slice(1)
}

/** TypeScript's own server, from the dependency: the native program itself where it lies beside it, else the script that starts it. */
export function typescriptServer(): LanguageServerConfig | undefined {
  const require = createRequire(import.meta.url)
  try {
    const manifest = require.resolve('typescript/package.json')
    const program = process.platform === 'win32' ? 'tsc.exe' : 'tsc'
    const native = join(dirname(createRequire(manifest).resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)), 'lib', program)
    const start = existsSync(native) ? [native] : [process.execPath, join(dirname(manifest), 'bin/tsc')]
    return { command: [...start, '--lsp', '--stdio'], extensions: TYPESCRIPT_EXTENSIONS }
  } catch {
    return undefined
  }
}
