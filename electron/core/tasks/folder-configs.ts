import type { WorkspaceConfig } from '../../../shared/config.ts'
import { readWorkspaceConfig } from '../config/workspace-config.ts'
import type { TrustStore } from '../store/trust-store.ts'

/** What folders say of themselves in `.rainy/config.json`; nothing where they are not trusted. */
export interface FolderConfigs {
  /** Reads it anew. CONFIG_INVALID for a mistake in it. */
  read(root: string): Promise<WorkspaceConfig | undefined>
  /** What was read last, for those who cannot wait. */
  known(root: string): WorkspaceConfig | undefined
}

export function createFolderConfigs(trust: TrustStore): FolderConfigs {
  const known = new Map<string, WorkspaceConfig>()
  return {
    async read(root) {
      const config = trust.isTrusted(root) ? await readWorkspaceConfig(root) : undefined
      if (config) known.set(root, config)
      else known.delete(root)
      return config
    },
    known: (root) => (trust.isTrusted(root) ? known.get(root) : undefined),
  }
}
