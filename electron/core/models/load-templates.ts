import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { RainyError } from '../../../shared/errors.ts'
import type { Template, TemplateVariant, Templates } from './builtin/types.ts'

const templateSchema = z.strictObject({ title: z.string().min(1) })
const variantSchema = z.strictObject({ names: z.array(z.string()), description: z.string().min(1) })

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted()
}

/** Every file below a folder: path with `/` between its parts → content. */
async function readFiles(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted()
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(dir.length + 1).replaceAll('\\', '/'), await readFile(file, 'utf8')] as const)))
}

async function loadVariant(dir: string, name: string): Promise<TemplateVariant> {
  const manifest = variantSchema.parse(JSON.parse(await readFile(join(dir, 'variant.json'), 'utf8')))
  return { name, ...manifest, files: await readFiles(join(dir, 'files')) }
}

async function loadTemplate(dir: string, name: string): Promise<Template> {
  const manifest = templateSchema.parse(JSON.parse(await readFile(join(dir, 'template.json'), 'utf8')))
  const variants = await Promise.all((await foldersIn(join(dir, 'variants'))).map((variant) => loadVariant(join(dir, 'variants', variant), variant)))
  return { name, ...manifest, files: await readFiles(join(dir, 'files')), variants }
}

/**
 * The project templates of a folder, by name. In each: `template.json`, `files/`, and `variants/<variant>/` with `variant.json`
 * and `files/` that are laid over. A leading `_` of a file's name stands for a dot, which packagers would treat as their own.
 */
export async function loadTemplates(dir: URL): Promise<Templates> {
  const root = fileURLToPath(dir).replace(/[\\/]$/, '')
  try {
    const names = await foldersIn(root)
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await loadTemplate(join(root, name), name)] as const)))
  } catch (error) {
    throw new RainyError('INTERNAL', `The project templates in ${root} cannot be read: install the program again.`, { cause: error })
  }
}
