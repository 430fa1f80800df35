const MASK = '[key]'
/** What keys of the well-known providers look like, masked ones in error messages included. */
const KEY_LIKE = /\b(sk|gsk|pk|xai|AIza)[-_][A-Za-z0-9_*.-]{4,}/g
const MESSAGE_LIMIT = 500

/** A provider's words as they may be shown and logged: without the key (some repeat it), and short. */
export function withoutSecrets(text: string, key: string | undefined): string {
  const named = key ? text.replaceAll(key, MASK) : text
  return named.replace(KEY_LIKE, MASK).slice(0, MESSAGE_LIMIT)
}
