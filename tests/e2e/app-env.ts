import type { AppPlace } from './app-fixture.ts'

const KEPT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'RAINY_BROWSER', 'DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR']

/** The environment of an app under test: nothing of the tester's own, keys least of all. */
export function appEnv(place: AppPlace, more: Record<string, string>): Record<string, string> {
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return { ...Object.fromEntries(kept), TMPDIR: place.temp, RAINY_DATA_DIR: place.dataDir, RAINY_WORKSPACE: place.workspace, ...more }
}
