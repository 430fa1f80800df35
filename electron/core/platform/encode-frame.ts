import { FRAME_LIMIT_BYTES } from '../../../shared/channel.ts'
import type { ClientFrame, ServerFrame } from '../../../shared/channel.ts'
import { RainyError } from '../../../shared/errors.ts'

/** A frame as one line of JSON, without its end. BODY_TOO_LARGE over the limit. */
export function encodeFrame(frame: ClientFrame | ServerFrame, limitBytes = FRAME_LIMIT_BYTES): string {
  const text = JSON.stringify(frame)
  const bytes = Buffer.byteLength(text)
  if (bytes > limitBytes) throw new RainyError('BODY_TOO_LARGE', `A message of ${bytes} bytes is over the limit of ${limitBytes}; ask for less.`)
  return text
}

/** What came in as a frame, unchecked; undefined: it is none. */
export function decodeFrame(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
