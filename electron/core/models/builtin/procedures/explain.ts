import { z } from 'zod'
import { dataOf, failureOf } from '../results.ts'
import type { Procedure, Surroundings } from '../types.ts'
import { fenced, listed, plural } from '../words.ts'

const HEAD_LINES = 20

export function* explainFile(path: string, { tools }: Surroundings): Procedure {
  const outlines = tools.has('analyze_code') ? [{ name: 'analyze_code', args: { path } }] : []
  const [file, analysis] = yield { text: `I read ${path} and its outline.`, calls: [{ name: 'read_file', args: { path } }, ...outlines] }
  const why = failureOf(file)
  if (why !== undefined) return { ok: false, text: `I could not read ${path}: ${why}` }
  const content = file?.content ?? ''
  const size = plural(content.replace(/\n$/, '').split('\n').length, 'line')
  const comment = leadingComment(content)
  const opening = [`${path} has ${size}.`, comment ? `It says of itself: ${comment}` : ''].filter(Boolean).join(' ')
  if (failureOf(analysis) !== undefined) return { ok: true, text: `${opening} I have no outline for this kind of file; it begins:\n${fenced(content.split('\n').slice(0, HEAD_LINES).join('\n'))}` }
  const outline = describeOutline(analysis?.content ?? '')
  return { ok: true, text: `${opening} ${outline}\nThis is what its outline tells; I am rules, not an LLM, and cannot judge what the code means.` }
}

/** `analyze_code` shows the language, a line for each import, the outline by indentation, then the exports. */
function describeOutline(shown: string): string {
  const [language = '', ...lines] = shown.split('\n')
  const modules = lines.flatMap((line) => (line.startsWith('import ') ? [line.replace(/^import (?:.* from )?/, '')] : []))
  const exported = lines.find((line) => line.startsWith('exports: '))?.slice('exports: '.length) ?? 'none'
  const symbols = lines.filter((line) => !line.startsWith('import ') && !line.startsWith('exports: '))
  return [
    `It is ${language}.`,
    modules.length > 0 ? `It uses ${listed([...new Set(modules)])}.` : 'It uses no other module.',
    exported === 'none' ? 'It offers nothing to others.' : `It offers ${exported}.`,
    symbols.length > 0 ? `In it, with their lines:\n${fenced(symbols.join('\n'))}` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** What stands above the code, in one line. */
function leadingComment(content: string): string {
  const block = /^(?:#![^\n]*\n)?\s*(?:\/\*\*?([^]*?)\*\/|((?:\/\/[^\n]*\n)+)|((?:# [^\n]*\n)+))/.exec(content)
  const text = (block?.[1] ?? block?.[2] ?? block?.[3] ?? '').replace(/^\s*(?:\*|\/\/|#)\s?/gm, '').replace(/\s+/g, ' ').trim()
  return text.slice(0, 300)
}

/** The project as its files tell of it. */
export function* explainProject(): Procedure {
  const [tree, manifest, readme] = yield {
    text: 'I look at the project.',
    calls: [
      { name: 'read_directory_tree', args: { depth: 3 } },
      { name: 'read_file', args: { path: 'package.json' } },
      { name: 'read_file', args: { path: 'README.md' } },
    ],
  }
  const facts = failureOf(manifest) === undefined ? describeManifest(manifest?.content ?? '') : ''
  const intro = failureOf(readme) === undefined ? firstParagraph(readme?.content ?? '') : ''
  const shown = dataOf(tree, z.object({ tree: z.string() }))?.tree ?? tree?.content ?? ''
  return { ok: true, text: [facts, intro ? `Its README says: ${intro}` : '', `Its files:\n${fenced(shown)}`].filter(Boolean).join(' ') }
}

function describeManifest(content: string): string {
  const schema = z.object({ name: z.string().optional(), description: z.string().optional(), scripts: z.record(z.string(), z.string()).optional() })
  const data = dataOf({ role: 'tool', toolCallId: '', name: '', content, isError: false }, schema)
  if (!data) return ''
  const scripts = Object.keys(data.scripts ?? {})
  return [`This is ${data.name ?? 'a package without a name'}${data.description ? `: ${data.description}` : '.'}`, scripts.length > 0 ? `Its scripts: ${listed(scripts)}.` : ''].filter(Boolean).join(' ')
}

function firstParagraph(markdown: string): string {
  return (markdown.split(/\n\s*\n/).find((part) => /^[A-Za-z]/.test(part.trim())) ?? '').replace(/\s+/g, ' ').trim().slice(0, 400)
}
