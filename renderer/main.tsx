import './ui/tokens.css'
import './ui/base.css'
import { createRoot } from 'react-dom/client'
import { config } from 'zod'
import { BRIDGE_NAME } from '../shared/desktop-bridge.ts'
import type { DesktopBridge } from '../shared/desktop-bridge.ts'
import { keepConnected } from './api/connection.ts'
import { openBrowser } from './api/open-browser.ts'
import { openDesktop } from './api/open-desktop.ts'
import { mountApp } from './app/mount.tsx'

// The page's policy forbids eval: without this zod would try it once and the console would tell of it.
config({ jitless: true })

// In the desktop the preload has put its bridge there; in a browser there is none.
const bridge = (window as unknown as Record<string, DesktopBridge | undefined>)[BRIDGE_NAME]
const ended = new AbortController()
window.addEventListener('pagehide', () => ended.abort())
const connection = keepConnected((signal) => (bridge ? openDesktop(bridge, signal) : openBrowser(window, signal)), ended.signal)
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
mountApp({ root: createRoot(root), connection, bridge, signal: ended.signal })
