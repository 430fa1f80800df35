import type { ProgressEvent } from '../../../shared/progress.ts'

export interface Renderer {
  event(event: ProgressEvent): void
  /** A line for the person beside the progress. */
  note(text: string): void
  /** Leaves the screen to someone else until the next event. */
  pause(): void
  end(): void
}
