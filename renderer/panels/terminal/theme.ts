import type { ITheme } from '@xterm/xterm'

const NAMES = { background: '--n1', foreground: '--n12', cursor: '--accent', selectionBackground: '--n7', black: '--n5', brightBlack: '--n9', white: '--n11', brightWhite: '--n12', red: '--failed', brightRed: '--failed', green: '--done', brightGreen: '--done', yellow: '--waiting', brightYellow: '--waiting', blue: '--accent', brightBlue: '--accent', magenta: '--parked', brightMagenta: '--parked' } as const satisfies Partial<Record<keyof ITheme, string>>

/** The window's own colours, as the terminal takes them: it knows no OKLCH, so a canvas turns each into what it is. */
export function terminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement)
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (!context) return {}
  return Object.fromEntries(Object.entries(NAMES).map(([name, token]) => [name, rgb(context, resolved(style, token))]))
}

/** A custom property is its text: `var()` inside it has been put in, colours stay as they were written. */
function resolved(style: CSSStyleDeclaration, token: string): string {
  const hue = style.getPropertyValue('--hue').trim()
  return style.getPropertyValue(token).trim().replace('var(--hue)', hue)
}

function rgb(context: CanvasRenderingContext2D, colour: string): string {
  context.clearRect(0, 0, 1, 1)
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
