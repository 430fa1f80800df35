import type { EngineApp } from '../engine/types.ts'

export interface AgentPool {
  /** Starts the first worker (the others when they are needed) and resolves once its app has registered. */
  start(): Promise<EngineApp>
  status(): { busy: number; total: number }
  /** Kills nothing that can end by itself within 1 s. */
  dispose(): Promise<void>
}
