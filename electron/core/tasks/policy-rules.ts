import type { PolicyRules } from '../approvals/types.ts'
import type { TaskContext } from './context.ts'

/** The user's rules, those that "always" made for this folder, and what a trusted folder itself denies. */
export async function policyRules({ config, rules, folders }: Pick<TaskContext, 'config' | 'rules' | 'folders'>, workspace: string): Promise<PolicyRules> {
  const own = await folders.read(workspace)
  return {
    allow: [...config.policy.allow, ...rules.ofWorkspace(workspace)],
    ask: config.policy.ask,
    deny: [...config.policy.deny, ...(own?.policy?.deny ?? [])],
  }
}
