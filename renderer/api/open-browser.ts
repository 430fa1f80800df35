import { z } from 'zod'
import { createChannelClient } from '../../shared/channel-client.ts'
import type { ChannelClient } from '../../shared/channel-client.ts'
import { errorBodySchema, fromErrorBody, RainyError } from '../../shared/errors.ts'
import { openedSocket, webSocketFrames } from './frame-ports.ts'

const TOKEN_KEY = 'rainy.token'
const sessionSchema = z.object({ token: z.string().min(1) })
const ticketSchema = z.object({ ticket: z.string().min(1) })
const refusalSchema = z.object({ error: errorBodySchema })

/**
 * The core behind a loopback address. The one-use code stands in the fragment, which no server sees; it is exchanged for the
 * token, and the token for a ticket for each socket. The token lives as long as the tab.
 */
export async function openBrowser(page: Window, signal: AbortSignal): Promise<ChannelClient> {
  const token = await sessionToken(page, signal)
  const { ticket } = await post('/api/brain/ws-ticket', {}, ticketSchema, signal, token)
  const address = new URL('/api/brain/channel', page.location.origin)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = await openedSocket(new WebSocket(address, [ticket]), signal)
  return createChannelClient(webSocketFrames(socket))
}

async function sessionToken(page: Window, signal: AbortSignal): Promise<string> {
  const code = new URLSearchParams(page.location.hash.slice(1)).get('code')
  if (code !== null && code !== '') {
    // A code is good for one exchange: it leaves the address before it is used, so that a reload does not try it again.
    page.history.replaceState(null, '', page.location.pathname)
    const { token } = await post('/api/brain/session', { code }, sessionSchema, signal)
    page.sessionStorage.setItem(TOKEN_KEY, token)
    return token
  }
  const kept = page.sessionStorage.getItem(TOKEN_KEY)
  if (kept !== null) return kept
  throw new RainyError('UNAUTHORIZED', 'This address has no code. Open the address that `rainy serve --ui` printed; a code works once.')
}

async function post<Body>(path: string, body: object, schema: z.ZodType<Body>, signal: AbortSignal, token?: string): Promise<Body> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
    signal,
  })
  const answer: unknown = await response.json()
  if (response.ok) return schema.parse(answer)
  const refusal = refusalSchema.safeParse(answer)
  throw refusal.success ? fromErrorBody(refusal.data.error) : new RainyError('INTERNAL', `The core answered ${response.status}.`)
}
