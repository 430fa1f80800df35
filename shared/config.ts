import { z } from 'zod'
import { limitsSchema, modeSchema, roleSchema } from './tasks.ts'

export const providerKindSchema = z.enum(['openai', 'anthropic', 'gemini', 'groq', 'builtin'])
export type ProviderKind = z.infer<typeof providerKindSchema>

export const providerConfigSchema = z.strictObject({
  kind: providerKindSchema,
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  apiKeyEnv: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).optional(),
})
export type ProviderConfig = z.infer<typeof providerConfigSchema>

export const languageServerConfigSchema = z.strictObject({
  command: z.array(z.string().min(1)).min(1),
  extensions: z.array(z.string().startsWith('.')).min(1),
})
export type LanguageServerConfig = z.infer<typeof languageServerConfigSchema>

/** `config.json` in the data folder. Contract part 5. */
export const configFileSchema = z.strictObject({
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i), providerConfigSchema).optional(),
  roles: z.partialRecord(roleSchema, z.array(z.string().min(1)).min(1)).optional(),
  policy: z
    .strictObject({
      mode: modeSchema.optional(),
      allow: z.array(z.string()).optional(),
      ask: z.array(z.string()).optional(),
      deny: z.array(z.string()).optional(),
      sandbox: z.enum(['auto', 'require', 'off']).optional(),
    })
    .optional(),
  limits: limitsSchema.partial().strict().optional(),
  languageServers: z.record(z.string(), languageServerConfigSchema).optional(),
  instructions: z.string().optional(),
  engine: z.strictObject({ kind: z.literal('embedded') }).optional(),
})
export type ConfigFile = z.infer<typeof configFileSchema>

/** What a workspace's own `.rainy/config.json` may set, once trusted. */
export const workspaceConfigSchema = z.strictObject({
  instructions: z.string().optional(),
  policy: z.strictObject({ deny: z.array(z.string()).optional() }).optional(),
  languageServers: z.record(z.string(), languageServerConfigSchema).optional(),
})
export type WorkspaceConfig = z.infer<typeof workspaceConfigSchema>

export interface ResolvedProvider {
  name: string
  kind: ProviderKind
  baseUrl?: string
  /** In the host process alone. */
  apiKey?: string
  apiKeyEnv?: string
}

/** The configuration after the file, the environment and the defaults are put together. */
export interface Config {
  providers: ResolvedProvider[]
  roles: Record<z.infer<typeof roleSchema>, string[]>
  policy: { mode: z.infer<typeof modeSchema>; allow: string[]; ask: string[]; deny: string[]; sandbox: 'auto' | 'require' | 'off' }
  limits: z.infer<typeof limitsSchema>
  languageServers: Record<string, LanguageServerConfig>
  instructions: string
  warnings: string[]
}
