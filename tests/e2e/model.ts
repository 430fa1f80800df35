import { startModelServer } from '../model-server/server.ts'
import type { ModelServer } from '../model-server/server.ts'
import type { Script } from '../model-server/script.ts'

export interface Model extends AsyncDisposable {
  server: ModelServer
  /** What an app needs in its environment to use it. */
  env: Record<string, string>
}

/** A model whose answers a test writes, as an app under test finds it: by the environment of a provider. */
export async function startModel(script: Script): Promise<Model> {
  const server = await startModelServer({ script, keepBodies: false })
  return { server, env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.url }, [Symbol.asyncDispose]: () => server.close() }
}
