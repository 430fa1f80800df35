import { findNodeAtLocation, parseTree, getNodeValue, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import type { z } from 'zod'
import { RainyError } from '../../../shared/errors.ts'
import { nearest } from './nearest.ts'

export interface JsoncFile {
  /** As people know it. */
  path: string
  text: string
}

export interface Parsed<T> {
  value: T
  warnings: string[]
  /** Names a mistake that the schema cannot see, at the place of this member. */
  fail(location: ReadonlyArray<string | number>, message: string): never
}

type Location = Array<string | number>

/**
 * JSON with comments, checked. A mistake throws CONFIG_INVALID that names file, line and column; a key that the schema does not
 * know is left out with a warning.
 */
export function parseJsonc<Schema extends z.ZodType>({ path, text }: JsoncFile, schema: Schema): Parsed<z.output<Schema>> {
  const source = text.replace(/^\uFEFF/, '')
  const at = (offset: number, message: string): string => {
    const before = source.slice(0, offset).split('\n')
    return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ${message}`
  }
  const failAt = (offset: number, message: string, location: ReadonlyArray<PropertyKey> = []): never => {
    const text = at(offset, message)
    const [, line, column] = /:(\d+):(\d+): /.exec(text.slice(path.length)) ?? []
    throw new RainyError('CONFIG_INVALID', text, { details: { path, line: Number(line), column: Number(column), key: location.map(String).join('.') } })
  }

  if (source.trim() === '') return { value: schema.parse({}), warnings: [], fail: (_, message) => failAt(0, message) }
  const errors: ParseError[] = []
  const root = parseTree(source, errors, { allowTrailingComma: true, disallowComments: false })
  const [first] = errors
  if (first) return failAt(first.offset, `this is no JSON (${words(printParseErrorCode(first.error))})`)
  if (!root) return failAt(0, 'this is no JSON')

  const nodeAt = (location: ReadonlyArray<PropertyKey>): Node => {
    for (let length = location.length; length > 0; length -= 1) {
      const node = findNodeAtLocation(root, location.slice(0, length).map((part) => (typeof part === 'number' ? part : String(part))))
      if (node) return node
    }
    return root
  }
  const keyAt = (location: Location): Node => {
    const node = nodeAt(location)
    return node.parent?.type === 'property' ? (node.parent.children?.[0] ?? node) : node
  }

  const value: unknown = getNodeValue(root)
  const warnings: string[] = []
  for (const location of unknownKeys(schema, value)) {
    const known = knownKeys(schema, location.slice(0, -1))
    const key = String(location.at(-1))
    const near = nearest(key, known)
    warnings.push(at(keyAt(location).offset, `unknown key "${key}"${near ? `, did you mean "${near}"?` : known.length > 0 ? `; known are ${known.join(', ')}` : ''}`))
    remove(value, location)
  }
  const checked = schema.safeParse(value)
  if (!checked.success) {
    const [issue] = checked.error.issues
    failAt(nodeAt(issue?.path ?? []).offset, `${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'not valid'}`, issue?.path ?? [])
  }
  return { value: checked.data as z.output<Schema>, warnings, fail: (location, message) => failAt(nodeAt(location).offset, `${location.join('.')}: ${message}`, location) }
}

function unknownKeys(schema: z.ZodType, value: unknown): Location[] {
  const checked = schema.safeParse(value)
  if (checked.success) return []
  return checked.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path.map((part) => (typeof part === 'number' ? part : String(part))), key]) : []))
}

/** What could have been written at this place: read off the schema. */
function knownKeys(schema: z.ZodType, location: Location): string[] {
  let at: unknown = schema
  for (const part of location) at = member(unwrap(at), String(part))
  const shape = unwrap(at)
  if (hasShape(shape)) return Object.keys(shape.shape)
  return hasKeys(shape) ? Object.values(shape.keyType.enum) : []
}

function member(schema: unknown, key: string): unknown {
  if (hasShape(schema)) return schema.shape[key]
  return typeof schema === 'object' && schema !== null && 'valueType' in schema ? schema.valueType : undefined
}

function unwrap(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'unwrap' in schema && typeof schema.unwrap === 'function' ? unwrap(schema.unwrap()) : schema
}

function hasShape(schema: unknown): schema is { shape: Record<string, unknown> } {
  return typeof schema === 'object' && schema !== null && 'shape' in schema
}

function hasKeys(schema: unknown): schema is { keyType: { enum: Record<string, string> } } {
  return typeof schema === 'object' && schema !== null && 'keyType' in schema && typeof schema.keyType === 'object' && schema.keyType !== null && 'enum' in schema.keyType
}

function remove(value: unknown, location: Location): void {
  const holder = location.slice(0, -1).reduce<unknown>((inner, part) => (typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined), value)
  if (typeof holder === 'object' && holder !== null) Reflect.deleteProperty(holder, location.at(-1) ?? '')
}

/** `CloseBraceExpected` as words. */
function words(code: string): string {
  return code.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
