import { bareName, toIdentifier } from './package-name.ts'
import type { Template, TemplateVariant } from './types.ts'

export interface ProjectFacts {
  /** A valid package name. */
  name: string
  /** The user's own words for what it does, where there are some. */
  description: string | undefined
  year: string
}

/** The variant made for a project of this name. */
export function variantFor(template: Template, name: string): TemplateVariant {
  const bare = bareName(name)
  const plain = bare.replace(/^(?:node|js|my|simple|tiny|mini)-|-(?:js|node|lib|library|cli|tool|utils?)$/g, '')
  const found = template.variants.find(({ names }) => names.includes(bare) || names.includes(plain)) ?? template.variants.find(({ name: variant }) => variant === 'default')
  if (!found) throw new Error(`the template ${template.name} has no default variant`)
  return found
}

/** The files of a new project: workspace-relative path → content. */
export function fillTemplate(template: Template, { name, description, year }: ProjectFacts): Record<string, string> {
  const variant = variantFor(template, name)
  const values: Record<string, string> = { name, bare: bareName(name), camel: toIdentifier(name), year, description: description ?? variant.description }
  // Without a year the licence has none, and no gap for it.
  const fill = (text: string): string => (year === '' ? text.replace('{{year}} ', '') : text).replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole)
  // A description may hold quotes: in JSON it stands as JSON has it.
  const fillJson = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => (key in values ? JSON.stringify(values[key]).slice(1, -1) : whole))
  const files = Object.entries({ ...template.files, ...variant.files }).map(([path, content]) => {
    const target = fill(path).replace(/(^|\/)_/g, '$1.')
    return [target, target.endsWith('.json') ? fillJson(content) : fill(content)] as const
  })
  return Object.fromEntries(files.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
