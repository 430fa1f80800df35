import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'
import { createStyle } from '../render/style.ts'

const NAME_WIDTH = 14

export async function models({ io, json, open }: CommandContext): Promise<number> {
  const session = await open('decide')
  const view = await session.api.call('models.list', { probe: true })
  if (json) {
    io.out(`${JSON.stringify(view)}\n`)
    return EXIT.done
  }
  const style = createStyle(io.colors)
  io.out('Roles:\n')
  for (const [role, chain] of Object.entries(view.roles)) {
    io.out(`  ${role.padEnd(NAME_WIDTH)}${chain.map(({ model, known }) => (known ? safeLine(model) : style.red(`${safeLine(model)} (unknown)`))).join(', then ')}\n`)
  }
  io.out('Providers:\n')
  for (const provider of view.providers) {
    const state = provider.reachable ? style.green('answers') : style.red(safeLine(provider.error?.message ?? 'does not answer'))
    const key = provider.apiKeyEnv ? style.dim(` (${provider.apiKeyEnv}${provider.hasKey ? '' : ' is not set'})`) : ''
    io.out(`  ${provider.name.padEnd(NAME_WIDTH)}${provider.kind}${provider.baseUrl ? ` ${safeLine(provider.baseUrl)}` : ''}: ${state}${key}\n`)
  }
  return EXIT.done
}
