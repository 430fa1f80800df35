import { deflateSync } from 'node:zlib'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
const BYTES_PER_LINE = 52

/** A change of binary contents as git writes it (git-diff, "GIT binary patch"): each side whole, deflated, in base 85. */
export function binaryPatch(before: Uint8Array | undefined, after: Uint8Array | undefined): string {
  return `GIT binary patch\n${literal(after)}\n${literal(before)}\n`
}

function literal(bytes: Uint8Array = new Uint8Array()): string {
  const packed = deflateSync(bytes)
  let lines = `literal ${bytes.byteLength}\n`
  for (let start = 0; start < packed.length; start += BYTES_PER_LINE) lines += line(packed.subarray(start, start + BYTES_PER_LINE))
  return lines
}

/** A letter for the length (A to Z are 1 to 26, a to z 27 to 52), then five letters for each four bytes, the last filled with zeros. */
function line(bytes: Buffer): string {
  const length = bytes.length <= 26 ? 64 + bytes.length : 70 + bytes.length
  let text = String.fromCharCode(length)
  for (let start = 0; start < bytes.length; start += 4) {
    let value = 0
    for (let at = start; at < start + 4; at += 1) value = value * 256 + (bytes[at] ?? 0)
    let group = ''
    for (let digit = 0; digit < 5; digit += 1) {
      group = `${LETTERS[value % 85]}${group}`
      value = Math.floor(value / 85)
    }
    text += group
  }
  return `${text}\n`
}
