import { shell } from 'electron'

const OPENED_SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:'])
const LINK_LIMIT_CHARS = 4096

/** The one gate for links. What a model wrote is untrusted: only web addresses go on to the person's own browser. */
export async function openLink(url: unknown): Promise<boolean> {
  if (typeof url !== 'string' || url.length > LINK_LIMIT_CHARS || !URL.canParse(url)) return false
  const parsed = new URL(url)
  if (!OPENED_SCHEMES.has(parsed.protocol) || parsed.username !== '' || parsed.password !== '') return false
  try {
    await shell.openExternal(parsed.href)
    return true
  } catch {
    // The system has nothing that opens web addresses; that is no reason for the app to end.
    return false
  }
}
