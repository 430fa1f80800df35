import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'

const at = (path: string): string => resolve(import.meta.dirname, path)

/**
 * Libraries with native parts, or that find files beside themselves, stay in node_modules. All else is bundled: inngest and
 * AgentKit load in 120 ms bundled and in 350 to 640 ms as they are.
 */
const external = [
  'electron',
  'better-sqlite3',
  'node-pty',
  '@parcel/watcher',
  '@vscode/ripgrep',
  /^@ast-grep\//,
  'typescript',
  'playwright',
]

export default defineConfig({
  main: {
    // AgentKit imports these at its start, and our agents have no MCP servers: see the file.
    resolve: { alias: [{ find: /^@modelcontextprotocol\/sdk\/.*$/, replacement: at('electron/worker/agentkit/no-mcp.ts') }, { find: /^eventsource$/, replacement: at('electron/worker/agentkit/no-mcp.ts') }] },
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      rollupOptions: {
        external,
        input: {
          index: at('electron/main/index.ts'),
          cli: at('electron/cli/index.ts'),
          worker: at('electron/worker/worker.ts'),
          'tool-thread': at('electron/core/tools/tool-thread.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: { external, input: { index: at('electron/preload/index.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react()],
    build: { outDir: at('out/renderer'), rollupOptions: { input: at('renderer/index.html') } },
  },
})
