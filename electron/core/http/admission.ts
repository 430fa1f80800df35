import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { RainyError } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'

const SECRET_BYTES = 32
/** How long a WebSocket's ticket is good for, in ms. Contract part 3. */
const TICKET_MS = 10_000
/** Tickets that were fetched and not used yet; the oldest makes room. */
const TICKETS_LIMIT = 64
const CODES_LIMIT = 16

/** Who may come in. Secrets are random, compared in constant time, and held in memory alone. */
export interface Admission {
  readonly token: string
  /** Throws UNAUTHORIZED unless the header is `Bearer` and the token. */
  checkBearer(header: string | undefined): void
  /** A code that a browser exchanges for the token, once. */
  issueCode(): string
  redeemCode(code: string): string
  /** What opens one WebSocket, within ten seconds. */
  issueTicket(): string
  /** The one of the offered subprotocols that is a ticket; it is used up. */
  redeemTicket(offered: readonly string[]): string
}

export function createAdmission(clock: Clock): Admission {
  const token = secret()
  const codes = new Map<string, number>()
  const tickets = new Map<string, number>()

  return {
    token,
    checkBearer(header) {
      const given = /^Bearer ([\w-]{1,200})$/.exec(header ?? '')?.[1]
      if (given === undefined || !equal(digest(given), digest(token))) throw unauthorized('Give the token that was printed at the start as `Authorization: Bearer TOKEN`.')
    },
    issueCode: () => issue(codes, Number.POSITIVE_INFINITY, CODES_LIMIT),
    redeemCode(code) {
      if (!redeem(codes, code, clock.now())) throw unauthorized('This code is wrong or was used already; open a fresh address.')
      return token
    },
    issueTicket: () => issue(tickets, clock.now() + TICKET_MS, TICKETS_LIMIT),
    redeemTicket(offered) {
      const ticket = offered.find((candidate) => redeem(tickets, candidate, clock.now()))
      if (ticket === undefined) throw unauthorized('Fetch a ticket from /api/brain/ws-ticket and offer it as the subprotocol, within ten seconds and once.')
      return ticket
    },
  }
}

/** Only digests are kept and looked up, so how long a look-up takes tells nothing of the secret. */
function issue(issued: Map<string, number>, expiresAt: number, limit: number): string {
  const value = secret()
  issued.set(digest(value).toString('hex'), expiresAt)
  const [oldest] = issued.keys()
  if (issued.size > limit && oldest !== undefined) issued.delete(oldest)
  return value
}

function redeem(issued: Map<string, number>, value: string, now: number): boolean {
  const key = digest(value).toString('hex')
  const expiresAt = issued.get(key)
  issued.delete(key)
  return expiresAt !== undefined && now < expiresAt
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

function equal(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b)
}

function unauthorized(message: string): RainyError {
  return new RainyError('UNAUTHORIZED', message)
}
