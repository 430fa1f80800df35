import { realpath } from 'node:fs/promises'
import { RainyError } from '../../../shared/errors.ts'
import type { Workspace } from '../workspace/types.ts'

/** The open workspaces, one a folder, opened when first needed and kept until the end. */
export interface Workspaces {
  /** NOT_FOUND where the folder is gone. */
  open(root: string): Promise<Workspace>
  dispose(): Promise<void>
}

export function createWorkspaces(openWorkspace: (root: string) => Promise<Workspace>): Workspaces {
  const opened = new Map<string, Promise<Workspace>>()
  return {
    async open(root) {
      const real = await realpath(root).catch((error: unknown) => {
        throw new RainyError('NOT_FOUND', `The workspace ${root} is not there.`, { cause: error })
      })
      let workspace = opened.get(real)
      if (!workspace) {
        workspace = openWorkspace(real)
        opened.set(real, workspace)
        // A failed opening is not remembered: the next call tries again.
        workspace.catch(() => opened.delete(real))
      }
      return workspace
    },
    async dispose() {
      const all = await Promise.allSettled(opened.values())
      opened.clear()
      await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.dispose() : undefined)))
    },
  }
}
