/** How strings and comments are written, as far as renaming must know. */
const TOKENS = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_$][\w$]*|#?[^]/gu

/**
 * Renames a word wherever it stands as a whole identifier: in code, in comments and inside template literals, but not in
 * quoted strings, which may be keys or texts of another's.
 */
export function renameIdentifier(source: string, from: string, to: string): { text: string; count: number } {
  let count = 0
  const inComment = new RegExp(`(?<![\\w$])${from.replaceAll('$', '\\$')}(?![\\w$])`, 'g')
  const swap = (): string => {
    count += 1
    return to
  }
  const text = source.replace(TOKENS, (token) => {
    if (token === from) return swap()
    if (token.startsWith('//') || token.startsWith('/*')) return token.replace(inComment, swap)
    return token
  })
  return { text, count }
}

/** Names that are the language's own. */
export function isReserved(name: string): boolean {
  return /^(?:abstract|arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/.test(name)
}
