/** How a slice changes itself: a panel's slice knows its own part of the state alone. */
export type SetSlice<Slice> = (update: (state: Slice) => Partial<Slice>) => void
