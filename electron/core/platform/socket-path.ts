import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DataPaths } from './paths.ts'

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing zero among them. */
const SOCKET_PATH_LIMIT_BYTES = 103
const SOCKET_NAME = 'owner.sock'

/**
 * Where the owner listens now. A path that is too long for a socket is replaced by one in a fresh private folder (so that
 * nobody can have taken it before us), which a file in the data folder names.
 */
export function chooseSocketPath(paths: DataPaths): string {
  if (fits(paths.socket)) return paths.socket
  forgetSocketPath(paths)
  const base = fits(join(tmpdir(), 'rainy-XXXXXX', SOCKET_NAME)) ? tmpdir() : '/tmp'
  const path = join(mkdtempSync(join(base, 'rainy-')), SOCKET_NAME)
  writeFileSync(recordPath(paths), path, { mode: 0o600 })
  return path
}

/** Where a client finds the owner; undefined where none has said so. */
export function findSocketPath(paths: DataPaths): string | undefined {
  return fits(paths.socket) ? paths.socket : readRecord(paths)
}

/** Removes what `chooseSocketPath` left; only the owner may. */
export function forgetSocketPath(paths: DataPaths): void {
  const recorded = readRecord(paths)
  if (recorded === undefined) return
  // Only ever a folder that was made as above, whatever the file says by now.
  if (/[/\\]rainy-[A-Za-z0-9]{6}[/\\]owner\.sock$/.test(recorded)) rmSync(dirname(recorded), { recursive: true, force: true })
  rmSync(recordPath(paths), { force: true })
}

function readRecord(paths: DataPaths): string | undefined {
  try {
    return readFileSync(recordPath(paths), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function recordPath(paths: DataPaths): string {
  return join(paths.dir, 'owner.sock.path')
}

function fits(path: string): boolean {
  return process.platform === 'win32' || Buffer.byteLength(path) <= SOCKET_PATH_LIMIT_BYTES
}
