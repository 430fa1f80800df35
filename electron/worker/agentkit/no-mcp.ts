/**
 * Stands in for the MCP SDK and `eventsource` in the bundle: AgentKit imports them at its start, which is a third of the time
 * that a worker takes to load, and our agents have no MCP servers. The build aliases both to this file.
 */
function noMcp(): never {
  throw new Error('agents here have no MCP servers')
}

export {
  noMcp as Client,
  noMcp as EventSource,
  noMcp as SSEClientTransport,
  noMcp as StdioClientTransport,
  noMcp as StreamableHTTPClientTransport,
  noMcp as WebSocketClientTransport,
}
export const ListToolsResultSchema = undefined
