import { toErrorBody } from '../../../shared/errors.ts'
import type { HostApi, Reply } from '../../../shared/worker-api.ts'
import type { Log } from '../platform/log.ts'

/** Errors cross the threads as values: comlink would drop their code. */
export function guardHost(host: HostApi, log: Log): HostApi {
  async function guarded<T>(call: () => Promise<Reply<T>>): Promise<Reply<T>> {
    try {
      return await call()
    } catch (error) {
      const body = toErrorBody(error)
      log.warn('a host call of a worker failed', { code: body.code, message: body.message })
      return { ok: false, error: body }
    }
  }
  return {
    infer: (step, request) => guarded(() => host.infer(step, request)),
    tools: (step, request) => guarded(() => host.tools(step, request)),
    effect: (step, name, input) => guarded(() => host.effect(step, name, input)),
    progress: (ref, body) => host.progress(ref, body),
    async sdk(ref, path, method, body) {
      try {
        return await host.sdk(ref, path, method, body)
      } catch (error) {
        return { status: 500, body: JSON.stringify({ error: toErrorBody(error) }) }
      }
    },
    log: (level, message, fields) => host.log(level, message, fields),
  }
}
