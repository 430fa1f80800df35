import { parse, type ParseResult } from '@marcbachmann/cel-js'
import { LRUCache } from 'lru-cache'
import { RainyError } from '../../../shared/errors.ts'

const COMPILED_LIMIT = 500

/** CEL over events. Expressions are checked when they are registered; one that fails on an event (a key that it lacks) is false. */
export interface Expressions {
  /** Throws BAD_REQUEST with what is wrong. */
  check(expression: string): void
  test(expression: string | null | undefined, context: ExpressionContext): boolean
  /** Undefined where the event lacks what it asks for. */
  value(expression: string, context: ExpressionContext): unknown
}

export interface ExpressionContext {
  event: unknown
  async?: unknown
}

export function createExpressions(): Expressions {
  const compiled = new LRUCache<string, ParseResult>({ max: COMPILED_LIMIT })
  const compile = (expression: string): ParseResult => {
    const known = compiled.get(expression)
    if (known) return known
    const program = parse(expression)
    compiled.set(expression, program)
    return program
  }
  const value = (expression: string, { event, async: incoming }: ExpressionContext): unknown => {
    try {
      return compile(expression)({ event, async: incoming ?? {} })
    } catch {
      // CEL's own rule: an error is no match. Syntax was checked at registration.
      return undefined
    }
  }
  return {
    check(expression) {
      try {
        compile(expression)
      } catch (error) {
        throw new RainyError('BAD_REQUEST', `The expression "${expression}" cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      }
    },
    test: (expression, context) => expression === null || expression === undefined || value(expression, context) === true,
    value,
  }
}
