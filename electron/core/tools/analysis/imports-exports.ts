import type { SgNode } from '@ast-grep/napi'
import type { Language } from './languages.ts'
import { attributeOf, type OutlineItem } from './outline.ts'

export interface ImportItem {
  source: string
  /** As they are called in this file. */
  names: string[]
  line: number
}

export interface ExportItem {
  name: string
  line: number
}

const lineOf = (node: SgNode): number => node.range().start.line + 1
const unquoted = (text: string): string => text.replaceAll(/^["'`<]|["'`>]$/g, '')

function all(root: SgNode, ...kinds: string[]): SgNode[] {
  return root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } })
}

export function importsOf(root: SgNode, { family }: Language): ImportItem[] {
  if (family === 'script') return scriptImports(root)
  if (family === 'python') return pythonImports(root)
  if (family === 'go') return all(root, 'import_spec').map((node) => ({ source: unquoted(node.field('path')?.text() ?? ''), names: [node.field('name')?.text()].filter((name) => name !== undefined), line: lineOf(node) }))
  if (family === 'rust') return all(root, 'use_declaration').map((node) => ({ source: node.field('argument')?.text() ?? '', names: [], line: lineOf(node) }))
  if (family === 'java') return all(root, 'import_declaration').map((node) => ({ source: node.text().replace(/^import\s+(static\s+)?/, '').replace(/\s*;$/, ''), names: [], line: lineOf(node) }))
  if (family === 'css') return all(root, 'import_statement').map((node) => ({ source: unquoted(node.text().replace(/^@import\s+(url\()?/, '').replace(/\)?[^"')]*;$/, '')), names: [], line: lineOf(node) }))
  return all(root, 'start_tag', 'self_closing_tag').flatMap((tag) => {
    const source = attributeOf(tag, 'src') ?? (/^<link\b/i.test(tag.text()) ? attributeOf(tag, 'href') : undefined)
    return source === undefined ? [] : [{ source, names: [], line: lineOf(tag) }]
  })
}

function scriptImports(root: SgNode): ImportItem[] {
  const statements = all(root, 'import_statement').map((node) => ({ source: unquoted(node.field('source')?.text() ?? ''), names: node.children().filter((child) => child.is('import_clause')).flatMap(clauseNames), line: lineOf(node) }))
  const again = all(root, 'export_statement').flatMap((node) => {
    const source = node.field('source')
    return source ? [{ source: unquoted(source.text()), names: [], line: lineOf(node) }] : []
  })
  const required = all(root, 'call_expression').flatMap((node) => {
    const source = node.field('function')?.text() === 'require' ? node.field('arguments')?.children().find((child) => child.is('string')) : undefined
    if (!source) return []
    const variable = node.parent()
    return [{ source: unquoted(source.text()), names: variable?.is('variable_declarator') ? (variable.field('name')?.text().match(/[\w$]+/g) ?? []) : [], line: lineOf(node) }]
  })
  return [...statements, ...again, ...required].filter((one) => one.source !== '').toSorted((a, b) => a.line - b.line)
}

function clauseNames(clause: SgNode): string[] {
  return clause.children().flatMap((part) => {
    if (part.is('identifier')) return [part.text()]
    if (part.is('namespace_import')) return [part.children().at(-1)?.text() ?? '']
    return part.is('named_imports') ? part.children().filter((one) => one.is('import_specifier')).map((one) => (one.field('alias') ?? one.field('name'))?.text() ?? '') : []
  })
}

function pythonImports(root: SgNode): ImportItem[] {
  const name = (node: SgNode): string => (node.field('alias') ?? node.field('name') ?? node).text()
  return all(root, 'import_statement', 'import_from_statement').flatMap((node) => {
    const parts = node.fieldChildren('name')
    if (node.is('import_from_statement')) {
      const names = parts.length > 0 ? parts.map(name) : ['*']
      return [{ source: node.field('module_name')?.text() ?? '', names, line: lineOf(node) }]
    }
    return parts.map((part) => ({ source: (part.field('name') ?? part).text(), names: [name(part)], line: lineOf(node) }))
  })
}

export function exportsOf(root: SgNode, { family }: Language, outline: OutlineItem[]): ExportItem[] {
  const top = (keep: (item: OutlineItem) => boolean): ExportItem[] => outline.filter(keep).map(({ name, line }) => ({ name, line }))
  if (family === 'script') return scriptExports(root, outline)
  if (family === 'python') return top(({ name }) => !name.startsWith('_'))
  if (family === 'go') return top(({ name }) => /^\p{Lu}/u.test(name))
  if (family === 'rust' || family === 'java') {
    const open = new Set(root.children().filter((node) => node.children().some((child) => /^(?:visibility_modifier|modifiers)$/.test(String(child.kind())) && /\bpub(?:lic)?\b/.test(child.text()))).map(lineOf))
    return top(({ line }) => open.has(line))
  }
  return []
}

function scriptExports(root: SgNode, outline: OutlineItem[]): ExportItem[] {
  const statements = root.children().filter((node) => node.is('export_statement')).flatMap((node): ExportItem[] => {
    const line = lineOf(node)
    if (node.children().some((child) => child.text() === 'default' && !child.isNamed())) return [{ name: 'default', line }]
    const clause = node.children().find((child) => child.is('export_clause'))
    if (clause) return clause.children().filter((one) => one.is('export_specifier')).map((one) => ({ name: (one.field('alias') ?? one.field('name'))?.text() ?? '', line: lineOf(one) }))
    const space = node.children().find((child) => child.is('namespace_export'))
    if (node.field('source')) return [{ name: space?.children().at(-1)?.text() ?? '*', line }]
    const { start, end } = node.range()
    return outline.filter((item) => item.line > start.line && item.endLine <= end.line + 1).map((item) => ({ name: item.name, line: item.line }))
  })
  const assigned = all(root, 'assignment_expression').flatMap((node): ExportItem[] => {
    const left = node.field('left')?.text() ?? ''
    const name = /^(?:module\.)?exports\.([\w$]+)$/.exec(left)?.[1] ?? (left === 'module.exports' ? 'module.exports' : undefined)
    return name === undefined ? [] : [{ name, line: lineOf(node) }]
  })
  return [...statements, ...assigned]
}
