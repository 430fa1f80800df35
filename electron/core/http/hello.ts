import type { OperationOutput, OperationParsedInput } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'

/** What the owner answers a greeting from. */
export interface HelloFacts {
  version: string
  workspace: string
  /** Whether this process has the environment variable of that name. */
  hasKey(name: string): boolean
}

/** CONFIG_INVALID where the client has a provider's key that the owner lacks; ALREADY_RUNNING where it is another version. */
export function answerHello(input: OperationParsedInput<'client.hello'>, facts: HelloFacts): OperationOutput<'client.hello'> {
  if (input.version !== facts.version) {
    throw new RainyError('ALREADY_RUNNING', `Rainy Brain ${facts.version} is running (process ${process.pid}), this is ${input.version}; end that one first.`, {
      details: { pid: process.pid, version: facts.version },
    })
  }
  const lacking = input.keyNames.find((name) => !facts.hasKey(name))
  if (lacking !== undefined) {
    throw new RainyError(
      'CONFIG_INVALID',
      `${lacking} is set here, but the Rainy Brain that is running (process ${process.pid}) was started without it. End that one and start it with ${lacking}, or unset it here.`,
      { details: { key: lacking, pid: process.pid } },
    )
  }
  return { version: facts.version, workspace: facts.workspace }
}
