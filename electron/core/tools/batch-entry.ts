import type { z } from 'zod'
import type { FileIntent, Intent, StoredOutcome } from '../store/tool-call-store.ts'
import type { AnyTool, BatchCall, FilePlan } from './types.ts'

/** A call of a batch on its way: prepared, told by the journal, planned, run. */
export interface BatchEntry {
  index: number
  call: BatchCall
  tool: AnyTool
  input: z.output<AnyTool['input']>
  /** Its end; `unknown`: begun in an earlier life and nobody can tell how it ended. */
  end?: StoredOutcome | 'unknown'
  /** Its outcome was in the journal already. */
  stored: boolean
  /** What the journal holds or is going to hold of it. */
  intent?: Intent
  /** How many decisions to run it again have been used, this one included. */
  reruns: number
  /** Only of file tools. */
  plan?: FilePlan<unknown>
  /** It changed a file, in this life or an earlier one, that is in no checkpoint yet. */
  changed?: FileIntent
}
