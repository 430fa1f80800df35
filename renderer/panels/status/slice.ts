import type { SetSlice } from '../../app/slice.ts'
import type { ConnectionState } from '../../api/connection.ts'
import type { StatusView } from '../../../shared/api.ts'
import type { ErrorBody } from '../../../shared/errors.ts'

export interface StatusSlice {
  connection: ConnectionState
  /** Why the core cannot be reached, where it said so. */
  connectionError: ErrorBody | null
  status: StatusView | null
  recoveredSeen: boolean
  /** The last thing that went wrong, until it is put away. */
  notice: ErrorBody | null
  setConnection(state: ConnectionState, error: ErrorBody | null): void
  setStatus(status: StatusView): void
  hideRecovered(): void
  setNotice(notice: ErrorBody | null): void
}

export function createStatusSlice(set: SetSlice<StatusSlice>): StatusSlice {
  return {
    connection: 'connecting',
    connectionError: null,
    status: null,
    recoveredSeen: false,
    notice: null,
    setConnection: (connection, connectionError) => set(() => ({ connection, connectionError })),
    // Another epoch is another owner: what that one continued has not been seen yet.
    setStatus: (status) => set((state) => ({ status, recoveredSeen: state.status?.epoch === status.epoch && state.recoveredSeen })),
    hideRecovered: () => set(() => ({ recoveredSeen: true })),
    setNotice: (notice) => set(() => ({ notice })),
  }
}
