import { readRegular } from '../../workspace/read-regular.ts'

/** Where each object of a pack begins. */
export interface PackIndex {
  path: string
  packPath: string
  offsetOf(oid: string): number | undefined
}

const MAGIC = 0xff744f63
const FANOUT = 256
const HEADER_BYTES = 8

/** Version 2 of the format (gitformat-pack(5)); version 1 has not been written since 2007. */
export function openPackIndex(path: string): PackIndex {
  const bytes = readRegular(path)
  if (bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== 2) throw new Error(`unknown pack index ${path}`)
  const fanout = (byte: number): number => (byte < 0 ? 0 : bytes.readUInt32BE(HEADER_BYTES + 4 * byte))
  const count = fanout(FANOUT - 1)
  const names = HEADER_BYTES + 4 * FANOUT
  const offsets = names + 24 * count
  const longOffsets = offsets + 4 * count
  return {
    path,
    packPath: path.replace(/\.idx$/, '.pack'),
    offsetOf(oid) {
      const wanted = Buffer.from(oid, 'hex')
      let low = fanout(wanted[0]! - 1)
      let high = fanout(wanted[0]!)
      while (low < high) {
        const middle = (low + high) >> 1
        const order = bytes.compare(wanted, 0, 20, names + 20 * middle, names + 20 * middle + 20)
        if (order === 0) {
          const offset = bytes.readUInt32BE(offsets + 4 * middle)
          return offset & 0x80000000 ? Number(bytes.readBigUInt64BE(longOffsets + 8 * (offset & 0x7fffffff))) : offset
        }
        if (order < 0) low = middle + 1
        else high = middle
      }
      return undefined
    },
  }
}
