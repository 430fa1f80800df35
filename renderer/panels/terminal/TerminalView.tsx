import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { useEffect, useRef } from 'react'
import type { ReactElement } from 'react'
import { useActions, useApp } from '../../app/context.ts'
import { hasCommandKey } from '../../ui/platform.ts'
import type { TerminalTab } from './slice.ts'
import { terminalTheme } from './theme.ts'
import { runTerminal } from './run-terminal.ts'

const SCROLLBACK_LINES = 5000

export function TerminalView({ tab, shown }: { tab: TerminalTab; shown: boolean }): ReactElement {
  const { core } = useActions()
  const theme = useApp((state) => state.theme)
  const host = useRef<HTMLDivElement>(null)
  const screen = useRef<{ terminal: Terminal; fit: FitAddon } | null>(null)
  useEffect(() => {
    const element = host.current
    if (!element) return undefined
    const terminal = new Terminal({
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
      fontSize: 12.5,
      lineHeight: 1.3,
      scrollback: SCROLLBACK_LINES,
      screenReaderMode: true,
      theme: terminalTheme(),
    })
    // The keys that go from panel to panel work from here too; all others are the shell's, Ctrl K among them.
    terminal.attachCustomKeyEventHandler((event) => !(hasCommandKey(event) && /^[1-4]$/.test(event.key)))
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(element)
    fit.fit()
    screen.current = { terminal, fit }
    const resized = new ResizeObserver(() => {
      // A hidden panel has no size: fitting to it would tell the shell that its screen is gone.
      if (element.clientHeight > 0) fit.fit()
    })
    resized.observe(element)
    const ended = new AbortController()
    void runTerminal({ terminal, workspace: tab.workspace, core, signal: ended.signal })
    return () => {
      ended.abort()
      resized.disconnect()
      terminal.dispose()
    }
  }, [core, tab.workspace])
  useEffect(() => {
    if (screen.current) screen.current.terminal.options.theme = terminalTheme()
  }, [theme])
  useEffect(() => {
    if (!shown || !screen.current) return
    screen.current.fit.fit()
    screen.current.terminal.focus()
  }, [shown])
  return <div ref={host} className="terminal-host" />
}
