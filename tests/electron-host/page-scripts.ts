/** The name of the isolated world in which a preload runs; its binding exists there alone. */
export const PRELOAD_WORLD = 'electron-host-preload'
export const BINDING = '__electronHostSend'

/** Runs in the page: rebuilds what the preload exposes; calls cross as synchronous events on the document, which both worlds share. */
export const MAIN_WORLD = `(() => {
  if (window !== window.top) return
  const results = new Map(), waiting = new Map()
  let last = 0
  const fire = (name, detail) => document.dispatchEvent(new CustomEvent('electron-host:' + name, { detail: JSON.stringify(detail) }))
  const on = (name, take) => document.addEventListener('electron-host:' + name, (event) => take(JSON.parse(event.detail)))
  const build = (shape) => {
    if ('value' in shape) return shape.value
    if (shape.call) return (...args) => {
      const id = ++last
      fire('call', { id, path: shape.call, args })
      const result = results.get(id)
      results.delete(id)
      if (!result) throw new Error('the preload did not answer')
      if (result.error !== undefined) throw new Error(result.error)
      if (!result.promise) return result.value
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    }
    return Object.freeze(Object.fromEntries(Object.entries(shape.members).map(([name, member]) => [name, build(member)])))
  }
  on('expose', ({ key, shape }) => Object.defineProperty(window, key, { value: build(shape), configurable: true }))
  on('result', (result) => results.set(result.id, result))
  on('settle', ({ id, value, error }) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  })
  window.open = (url) => (fire('window-open', { url: new URL(url, location.href).href }), null)
  fire('ready', {})
})()`

/** Runs in the isolated world: Electron's side of a preload, and the preload itself. */
export function preloadWorld(preload: string): string {
  return `(() => {
  if (window !== window.top) return
  const send = (message) => globalThis[${JSON.stringify(BINDING)}](JSON.stringify(message))
  const fire = (name, detail) => document.dispatchEvent(new CustomEvent('electron-host:' + name, { detail: JSON.stringify(detail) }))
  const on = (name, take) => document.addEventListener('electron-host:' + name, (event) => take(JSON.parse(event.detail)))
  const listeners = new Map(), invokes = new Map(), ports = new Map(), exposed = new Map()
  let last = 0
  const strict = (name, part) => new Proxy(part, { get: (target, key) => {
    if (typeof key === 'string' && !(key in target) && key !== 'then') throw new Error('not imitated: ' + name + '.' + key)
    return target[key]
  } })
  const ipcRenderer = strict('ipcRenderer', {
    on(channel, listener) { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]) },
    send(channel, ...args) { send({ t: 'send', channel, args }) },
    invoke(channel, ...args) {
      const id = ++last
      send({ t: 'invoke', id, channel, args })
      return new Promise((resolve, reject) => invokes.set(id, { resolve, reject }))
    },
  })
  const shapeOf = (value, path) => typeof value === 'function' ? { call: path }
    : value !== null && typeof value === 'object' && !Array.isArray(value) ? { members: Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member, [...path, name])])) }
    : { value: structuredClone(value) }
  const contextBridge = strict('contextBridge', { exposeInMainWorld(key, api) {
    exposed.set(key, { api, shape: shapeOf(api, [key]) })
    fire('expose', { key, shape: exposed.get(key).shape })
  } })
  on('ready', () => { for (const [key, { shape }] of exposed) fire('expose', { key, shape }) })
  on('window-open', ({ url }) => send({ t: 'window-open', url }))
  on('call', ({ id, path, args }) => {
    try {
      const value = path.slice(1).reduce((part, name) => part[name], exposed.get(path[0]).api)(...args)
      if (typeof value?.then !== 'function') return fire('result', { id, value })
      fire('result', { id, promise: true })
      value.then((value) => fire('settle', { id, value }), (error) => fire('settle', { id, error: String(error?.message ?? error) }))
    } catch (error) {
      fire('result', { id, error: String(error?.message ?? error) })
    }
  })
  const take = {
    message({ channel, args, ports: ids }) {
      const given = ids.map((id) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = (event) => send({ t: 'port', id, data: event.data })
        ports.set(id, port1)
        return port2
      })
      for (const listener of listeners.get(channel) ?? []) listener({ sender: ipcRenderer, ports: given }, ...args)
    },
    port({ id, data }) { ports.get(id)?.postMessage(data) },
    'port-close'({ id }) { ports.get(id)?.close(); ports.delete(id) },
    reply({ id, value, error }) {
      const call = invokes.get(id)
      invokes.delete(id)
      if (error === undefined) call?.resolve(value)
      else call?.reject(new Error(error))
    },
  }
  globalThis.__electronHostDeliver = (text) => { for (const message of JSON.parse(text)) take[message.t](message) }
  const process = { platform: ${JSON.stringify(process.platform)} }
  const require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer }
    throw new Error('not imitated: a sandboxed preload that requires ' + name)
  }
  const module = { exports: {} }
  ;((module, exports, require, process) => {
${preload}
  })(module, module.exports, require, process)
})()`
}
