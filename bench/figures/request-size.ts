import { z } from 'zod'
import { multiFileEdit } from '../../tests/model-server/scripts/multi-file-edit.ts'
import { FILES, TASK } from '../../tests/model-server/scripts/multi-file-edit.project.ts'
import { writeProject } from '../../tests/project.ts'
import type { Figure, FigureGroup } from '../figure.ts'
import { createStand, succeed } from '../place.ts'
import { figure } from '../stats.ts'

const bodySchema = z.object({ messages: z.array(z.object({ role: z.string(), content: z.unknown() })), tools: z.array(z.unknown()).default([]) })

/** The system prompt and an agent's tools as they go over the wire: the agent with the most counts. */
async function run(): Promise<Record<string, Figure>> {
  await using stand = await createStand(multiFileEdit, { keepBodies: true })
  writeProject(stand.workspace, FILES, { git: true })
  await succeed(stand.start(['run', TASK, '--yes']))
  const bytes = new Map<string, number>()
  for (const { agent, body } of stand.server.calls) {
    const { messages, tools } = bodySchema.parse(body)
    const size = Buffer.byteLength(JSON.stringify([messages.find(({ role }) => role === 'system')?.content ?? '', tools]))
    bytes.set(agent, Math.max(size, bytes.get(agent) ?? 0))
  }
  const each = [...bytes].map(([agent, size]) => `${agent} ${size}`).join(', ')
  return { 'first request: system prompt and tools': figure([Math.max(...bytes.values())], { unit: 'bytes', target: 10_000, note: each }) }
}

export const requestSize: FigureGroup = { name: 'request-size', run }
