const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** A shortcut as this system writes it. */
export function shortcut(key: string): string {
  return MAC ? `⌘${key}` : `Ctrl ${key}`
}

export function hasCommandKey(event: { metaKey: boolean; ctrlKey: boolean }): boolean {
  return MAC ? event.metaKey : event.ctrlKey
}
