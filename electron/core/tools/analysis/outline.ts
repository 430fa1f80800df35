import type { SgNode } from '@ast-grep/napi'
import type { Language } from './languages.ts'

export interface OutlineItem {
  name: string
  kind: string
  line: number
  endLine: number
  children?: OutlineItem[]
}

/** Deeper nesting than this is left out: nobody reads it, and a page may nest without end. */
const DEPTH_LIMIT = 24
const NAME_LIMIT_CHARS = 200
const FUNCTION_VALUES = new Set(['arrow_function', 'function_expression', 'function', 'generator_function'])

export function outlineOf(root: SgNode, language: Language): OutlineItem[] {
  const containers = new Set(language.containers)
  const through = new Set(language.through)
  const visit = (parent: SgNode, depth: number): OutlineItem[] => {
    if (depth > DEPTH_LIMIT) return []
    return parent.children().flatMap((node): OutlineItem[] => {
      const kind = String(node.kind())
      const as = language.items[kind]
      if (as === undefined) return through.has(kind) ? visit(node, depth + 1) : []
      const inside = containers.has(kind) ? visit(node, depth + 1) : []
      const name = nameOf(node, language)
      // What has no name of its own (a page's plain elements) gives way to what is in it.
      if (name === undefined) return inside
      const { start, end } = node.range()
      return [{ name, kind: valueKind(node) ?? as, line: start.line + 1, endLine: end.line + 1, ...(inside.length > 0 ? { children: inside } : {}) }]
    })
  }
  return visit(root, 0)
}

function nameOf(node: SgNode, language: Language): string | undefined {
  const text = rawName(node, language)?.replaceAll(/\s+/g, ' ').trim()
  return text === undefined || text === '' ? undefined : text.slice(0, NAME_LIMIT_CHARS)
}

function rawName(node: SgNode, { family }: Language): string | undefined {
  const kind = String(node.kind())
  if (family === 'html') return elementName(node)
  if (family === 'css') return kind === 'rule_set' ? node.children()[0]?.text() : node.text().split('{', 1)[0]
  if (kind === 'impl_item') return [node.field('trait')?.text(), node.field('type')?.text()].filter((part) => part !== undefined).join(' for ')
  if (kind === 'assignment') return node.field('left')?.is('identifier') ? node.field('left')?.text() : undefined
  return (node.field('name') ?? node.children().find((child) => String(child.kind()).endsWith('identifier')))?.text()
}

/** Headings by their text, others by their id; scripts and styles by what they are. */
function elementName(node: SgNode): string | undefined {
  const start = node.children().find((child) => child.is('start_tag') || child.is('self_closing_tag'))
  const tag = start?.children().find((child) => child.is('tag_name'))?.text() ?? ''
  const id = start && attributeOf(start, 'id')
  if (id !== undefined) return `${tag}#${id}`
  if (/^h[1-6]$/i.test(tag)) return `${tag} ${node.children().filter((child) => child.is('text')).map((child) => child.text()).join(' ')}`
  return tag === 'script' || tag === 'style' || tag === 'title' ? tag : undefined
}

export function attributeOf(tag: SgNode, name: string): string | undefined {
  const attribute = tag.children().find((child) => child.is('attribute') && child.children()[0]?.text() === name)
  return attribute?.children().at(-1)?.text().replaceAll(/^["']|["']$/g, '')
}

/** A variable that holds a function or a class is one. */
function valueKind(node: SgNode): string | undefined {
  if (!node.is('variable_declarator')) return undefined
  const value = String(node.field('value')?.kind() ?? '')
  if (FUNCTION_VALUES.has(value)) return 'function'
  return value === 'class' ? 'class' : undefined
}
