import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/** A path that was resolved inside the workspace. */
export interface WorkspacePath {
  /** Absolute, all symlinks resolved except that of a last part that does not exist. */
  absolute: string
  /** From the root, with `/` between parts; `.` for the root. */
  relative: string
}

export interface DirectoryEntry {
  name: string
  type: 'file' | 'directory' | 'symlink' | 'other'
}

/** What a file was when it was looked at: while this is the same, so are its contents. */
export interface FileStamp {
  device: bigint
  inode: bigint
  size: bigint
  modifiedNs: bigint
  changedNs: bigint
}

export interface ReadFile {
  bytes: Uint8Array
  stamp: FileStamp
  /** Permission bits. */
  mode: number
}

export interface ReplaceOptions {
  /** Permission bits; null: what the system gives a new file. */
  mode: number | null
  /** True: what exists is refused with ALREADY_EXISTS. */
  exclusive: boolean
}

/** A folder that tools work in. Every path of theirs goes through `resolve`. */
export interface Workspace {
  /** Real path. */
  readonly root: string
  /** Absolute paths that no tool may write, wherever they lie. */
  readonly protectedPaths: readonly string[]
  /**
   * Confines what a tool was asked for. Throws PATH_EMPTY, PATH_HAS_NUL, NAME_TOO_LONG, SYMLINK_LOOP, UNSAFE_UNICODE,
   * PATH_OUTSIDE_WORKSPACE, and for `write` PROTECTED_PATH (`.git` internals, our data folder, our own config).
   */
  resolve(path: string, access: 'read' | 'write'): Promise<WorkspacePath>
  /**
   * Opens a regular file and checks what was opened, so that a symlink swapped in between is refused. Never waits for the other
   * end of a pipe. Throws NOT_FOUND, IS_DIRECTORY, NOT_REGULAR_FILE, PERMISSION_DENIED, PATH_OUTSIDE_WORKSPACE.
   */
  open(path: WorkspacePath, flags: 'r' | 'r+'): Promise<FileHandle>
  /** A whole file, opened and checked like `open`. Throws FILE_TOO_LARGE over `limitBytes`, having read no more. */
  read(path: WorkspacePath, limitBytes: number): Promise<ReadFile>
  /** Null where nothing is. Follows symlinks. */
  stamp(path: WorkspacePath): Promise<FileStamp | null>
  /** What stands at the path, symlinks not followed; null where nothing does. */
  stat(path: WorkspacePath): Promise<Stats | null>
  /** A folder's entries in no order, confined like `open`. Throws NOT_FOUND and NOT_REGULAR_FILE (what is no folder). */
  list(path: WorkspacePath): Promise<DirectoryEntry[]>
  /** Holds a folder open, checked like `open`, while a child process is started in it: `cwd` names it whatever happens to its path. */
  inFolder<T>(path: WorkspacePath, work: (cwd: string) => Promise<T>): Promise<T>
  /** Puts a whole file in place at once: whoever looks sees the old or the new, also after a power cut. Makes the folders above it. */
  replace(path: WorkspacePath, bytes: Uint8Array, options: ReplaceOptions): Promise<void>
  /** Told of paths (relative) changed by anyone, our own writes included; of the whole folder with `null` where the watcher lost track. */
  onChanged(listener: (relativePaths: string[] | null) => void): Disposable
  /** A tool says that it wrote, so that caches are right at once and need not wait for the watcher. */
  noteChanged(relativePaths: string[] | null): void
  dispose(): Promise<void>
}
