import type { Script } from '../script.ts'

export const HI = 'Hi! What shall we work on?'

/** Small talk: one call, one short answer. */
export const sayHi: Script = () => ({ text: HI })
