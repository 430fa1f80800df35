import type { PolicyRules } from '../approvals/types.ts'
import { readWorkspaceConfig } from '../config/workspace-config.ts'
import type { TaskContext } from './context.ts'

/** The user's rules, those that "always" made for this folder, and what a trusted folder itself denies. */
export async function policyRules({ config, rules, trust }: Pick<TaskContext, 'config' | 'rules' | 'trust'>, workspace: string): Promise<PolicyRules> {
  const own = trust.isTrusted(workspace) ? await readWorkspaceConfig(workspace) : undefined
  return {
    allow: [...config.policy.allow, ...rules.ofWorkspace(workspace)],
    ask: config.policy.ask,
    deny: [...config.policy.deny, ...(own?.policy?.deny ?? [])],
  }
}
