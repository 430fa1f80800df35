import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { RainyError } from '../../../shared/errors.ts'
import type { Template, Templates } from './builtin/types.ts'

const manifestSchema = z.strictObject({ title: z.string().min(1) })

/** Every file below a folder: path with `/` between its parts → content. */
async function readFiles(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const pairs = await Promise.all(files.map(async (file) => [file.slice(dir.length + 1).replaceAll('\\', '/'), await readFile(file, 'utf8')] as const))
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function loadTemplate(dir: string, name: string): Promise<Template> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(dir, name, 'template.json'), 'utf8')))
  const variants = await readdir(join(dir, name, 'variants'))
  const read = await Promise.all(variants.map(async (variant) => [variant, await readFiles(join(dir, name, 'variants', variant))] as const))
  return { name, title: manifest.title, files: await readFiles(join(dir, name, 'files')), variants: Object.fromEntries(read) }
}

/**
 * The project templates of a folder: in each `template.json`, `files/` and `variants/<variant>/`, which is laid over it.
 * A leading `_` of a name stands for a dot, which packagers would leave out.
 */
export async function loadTemplates(dir: URL): Promise<Templates> {
  const root = fileURLToPath(dir).replace(/[\\/]$/, '')
  try {
    const names = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)
    const templates = await Promise.all(names.toSorted().map((name) => loadTemplate(root, name)))
    return Object.fromEntries(templates.map((template) => [template.name, template]))
  } catch (error) {
    throw new RainyError('INTERNAL', `The project templates in ${root} cannot be read: install the program again.`, { cause: error })
  }
}
