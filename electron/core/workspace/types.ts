/** A path that was resolved inside the workspace. */
export interface WorkspacePath {
  /** Absolute, all symlinks resolved except that of a last part that does not exist. */
  absolute: string
  /** From the root, with `/` between parts; `.` for the root. */
  relative: string
}

/** A folder that tools work in. Every path of theirs goes through `resolve`. */
export interface Workspace {
  /** Real path. */
  readonly root: string
  /**
   * Confines what a tool was asked for. Throws PATH_EMPTY, PATH_HAS_NUL, NAME_TOO_LONG, SYMLINK_LOOP, UNSAFE_UNICODE,
   * PATH_OUTSIDE_WORKSPACE, and for `write` PROTECTED_PATH (`.git` internals, our data folder, our own config).
   */
  resolve(path: string, access: 'read' | 'write'): Promise<WorkspacePath>
  /** Opens what was resolved and checks what was opened, so that a symlink swapped in between is refused. */
  open(path: WorkspacePath, flags: 'r' | 'r+'): Promise<import('node:fs/promises').FileHandle>
  /** Told of paths (relative) changed by anyone, our own writes included; of the whole folder with `null` where the watcher lost track. */
  onChanged(listener: (relativePaths: string[] | null) => void): Disposable
  /** A tool says that it wrote, so that caches are right at once and need not wait for the watcher. */
  noteChanged(relativePaths: string[] | null): void
  dispose(): Promise<void>
}
