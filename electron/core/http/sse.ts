import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { RainyApi } from '../../../shared/api.ts'
import { toErrorBody } from '../../../shared/errors.ts'

/** A comment this often tells both ends, and what lies between, that the other is still there; in ms. */
const KEEP_ALIVE_MS = 15_000

/** A task's progress as server-sent events, each under its `seq`, until the reader leaves. A slow reader holds back only itself. */
export function streamTask(context: Context, { api, taskId, after }: { api: RainyApi; taskId: string; after: number }): Response {
  return streamSSE(context, async (stream) => {
    const controller = new AbortController()
    stream.onAbort(() => controller.abort())
    const keepAlive = setInterval(() => void stream.write(': \n\n'), KEEP_ALIVE_MS)
    try {
      for await (const event of api.subscribe('tasks.follow', { taskId, after }, { signal: controller.signal })) {
        await stream.writeSSE({ id: String(event.seq), event: event.type, data: JSON.stringify(event) })
      }
    } catch (error) {
      await stream.writeSSE({ event: 'error', data: JSON.stringify({ error: toErrorBody(error) }) })
    } finally {
      clearInterval(keepAlive)
    }
  })
}
