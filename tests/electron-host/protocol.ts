type Handler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, Handler>()

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle: (scheme: string, handler: Handler) => void handlers.set(scheme, handler),
}

/** A scheme of one's own cannot be taught to Chromium from outside: `app://rainy/x` stands as `http://rainy.app.localhost/x`, which is a secure context too. */
export function toBrowser(address: string): string {
  const url = new URL(address)
  const scheme = url.protocol.slice(0, -1)
  return handlers.has(scheme) ? `http://${url.host}.${scheme}.localhost${url.pathname}${url.search}${url.hash}` : address
}

export function fromBrowser(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  const [host, scheme] = /^(.+)\.([a-z]+)\.localhost$/.exec(url.hostname)?.slice(1) ?? []
  return scheme !== undefined && handlers.has(scheme) ? `${scheme}://${host}${url.pathname}${url.search}${url.hash}` : address
}

/** The answer of the scheme's handler; undefined where the address is of no such scheme. */
export async function answerScheme(address: string, method: string): Promise<Response | undefined> {
  const original = fromBrowser(address)
  const handler = original === address ? undefined : handlers.get(new URL(original).protocol.slice(0, -1))
  return await handler?.(new Request(original, { method }))
}
