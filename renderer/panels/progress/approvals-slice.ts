import type { SetSlice } from '../../app/slice.ts'
import type { ApprovalView } from '../../../shared/api.ts'

export interface ApprovalsSlice {
  approvals: ReadonlyMap<string, ApprovalView>
  /** Decisions on their way: their buttons are held until the core has answered. */
  deciding: ReadonlySet<string>
  applyApprovals(items: readonly ApprovalView[]): void
  markDeciding(approvalId: string, deciding: boolean): void
}

export function createApprovalsSlice(set: SetSlice<ApprovalsSlice>): ApprovalsSlice {
  return {
    approvals: new Map(),
    deciding: new Set(),
    applyApprovals: (items) =>
      set(({ approvals }) => {
        const next = new Map(approvals)
        for (const item of items) next.set(item.id, item)
        return { approvals: next }
      }),
    markDeciding: (approvalId, deciding) =>
      set((state) => {
        const next = new Set(state.deciding)
        if (deciding) next.add(approvalId)
        else next.delete(approvalId)
        return { deciding: next }
      }),
  }
}
