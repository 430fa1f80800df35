import type { Script } from '../script.ts'
import { sayHi } from './say-hi.ts'

const SCRIPTS: Record<string, Script> = {
  'say-hi': sayHi,
}

export const SCRIPT_NAMES = Object.keys(SCRIPTS)

export function findScript(name: string): Script | undefined {
  return SCRIPTS[name]
}
