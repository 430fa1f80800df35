import { Lang, parse, registerDynamicLanguage, type SgRoot } from '@ast-grep/napi'
import { RainyError } from '../../../../shared/errors.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { extensionOf } from './source-files.ts'

/** Grammars that are packages of their own: optional, since each must have been built for the system. */
const PACKAGES: Record<string, () => Promise<{ default: unknown }>> = {
  python: () => import('@ast-grep/lang-python'),
  go: () => import('@ast-grep/lang-go'),
  rust: () => import('@ast-grep/lang-rust'),
  java: () => import('@ast-grep/lang-java'),
}
type Registration = Parameters<typeof registerDynamicLanguage>[0]

export interface Grammars {
  /** Throws INVALID_TOOL_ARGS where no grammar for the file's ending is there. */
  languageOf(path: string): Promise<Language>
  parse(language: Language, text: string): SgRoot
}

export function createGrammars(): Grammars {
  let loading: Promise<Set<string>> | undefined
  return {
    async languageOf(path) {
      const extension = extensionOf(path).toLowerCase()
      const language = LANGUAGES.find((one) => one.extensions.includes(extension))
      const loaded = language && language.grammar in PACKAGES ? await (loading ??= loadGrammars()) : undefined
      if (!language || (loaded && !loaded.has(language.grammar))) {
        throw new RainyError('INVALID_TOOL_ARGS', `There is no grammar for ${JSON.stringify(path)}. Known are ${LANGUAGES.map((one) => one.name).join(', ')}, as far as they are installed; use read_file.`, { details: { path } })
      }
      return language
    },
    parse: (language, text) => parse(language.grammar in Lang ? Lang[language.grammar as keyof typeof Lang] : language.grammar, text),
  }
}

/** All at once: ast-grep takes one registration a process. */
async function loadGrammars(): Promise<Set<string>> {
  const found: Registration = {}
  for (const [name, load] of Object.entries(PACKAGES)) {
    const loaded = await load().catch(() => undefined)
    if (loaded) found[name] = loaded.default as Registration[string]
  }
  registerDynamicLanguage(found)
  return new Set(Object.keys(found))
}
