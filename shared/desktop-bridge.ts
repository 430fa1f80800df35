// Imports nothing: a sandboxed preload can load no library.

/** What the desktop shell itself does for the window, and nothing else: all other requests travel on the channel of frames. */
export interface DesktopBridge {
  readonly platform: string
  /** Asks for a new end of the channel; it arrives as a `message` event whose data is {@link CHANNEL_MESSAGE}, with one port. */
  connect(): void
  chooseFolder(): Promise<string | null>
  /** Through the one gate: https and http only, opened in the person's own browser. */
  openLink(url: string): void
  setTheme(theme: Theme): void
}

export const BRIDGE_NAME = 'rainyDesktop'
export const CHANNEL_MESSAGE = 'rainy:channel'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** IPC channels of the shell. The renderer never sees these names: the preload alone does. */
export const IPC = {
  connect: 'rainy:connect',
  port: 'rainy:port',
  chooseFolder: 'rainy:choose-folder',
  openLink: 'rainy:open-link',
  setTheme: 'rainy:set-theme',
} as const
