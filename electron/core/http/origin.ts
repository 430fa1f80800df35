import { RainyError } from '../../../shared/errors.ts'

/**
 * Only what was addressed to us by a loopback name may come in (a page that rebinds its own name to 127.0.0.1 sends that
 * name as Host), and of web pages only our own.
 */
export function checkHostAndOrigin({ host, origin, port }: { host: string | undefined; origin: string | undefined; port: number }): void {
  const hosts = loopbackHosts(port)
  if (host === undefined || !hosts.includes(host)) throw new RainyError('FORBIDDEN_HOST', `Address this server as ${hosts.join(' or ')}.`)
  if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`)) {
    throw new RainyError('FORBIDDEN_ORIGIN', 'Web pages of other origins may not use this server.')
  }
}

function loopbackHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`]
}
