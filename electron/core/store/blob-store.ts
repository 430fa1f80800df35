import { hash } from 'node:crypto'
import type { Db } from './database.ts'

/** Contents by their SHA-256: each once, whoever refers to it. */
export interface BlobStore {
  /** In the caller's transaction where one is open. Returns the hash. */
  put(bytes: Uint8Array): string
  get(hash: string): Uint8Array | undefined
}

export function createBlobStore(db: Db): BlobStore {
  const insert = db.prepare<[string, Uint8Array]>('INSERT INTO blobs (hash, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const select = db.prepare<[string], { bytes: Uint8Array }>('SELECT bytes FROM blobs WHERE hash = ?')
  return {
    put(bytes) {
      const key = hash('sha256', bytes, 'hex')
      insert.run(key, bytes)
      return key
    },
    get: (key) => select.get(key)?.bytes,
  }
}
