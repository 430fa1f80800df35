import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'
import { createStyle } from '../render/style.ts'

const NAME_WIDTH = 18

export async function doctor({ io, json, paths, env }: CommandContext): Promise<number> {
  // Not through a session: what is broken may be what a session needs.
  const [{ loadConfig }, { runDoctor }] = await Promise.all([import('../../core/config/load-config.ts'), import('../../core/tasks/doctor.ts')])
  const report = await runDoctor({ paths, env, config: loadConfig({ paths, env }) })
  const style = createStyle(io.colors)
  const sign = { ok: style.green('✓'), warning: style.yellow('!'), error: style.red('✗') }
  if (json) io.out(`${JSON.stringify(report)}\n`)
  else for (const { name, status, detail } of report.checks) io.out(`${sign[status]} ${name.padEnd(NAME_WIDTH)}${safeLine(detail, 300)}\n`)
  return report.ok ? EXIT.done : EXIT.failed
}
