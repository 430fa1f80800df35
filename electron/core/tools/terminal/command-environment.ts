type Env = Record<string, string | undefined>

const ALLOWED = new Set([
  'PATH', 'HOME', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TMP', 'TEMP', 'USER', 'LOGNAME', 'SHELL', 'TERM',
  'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR',
  'CARGO_HOME', 'RUSTUP_HOME', 'GOPATH', 'GOROOT', 'GOCACHE', 'GOMODCACHE', 'GOPROXY', 'PYENV_ROOT', 'PYTHONPATH', 'VIRTUAL_ENV', 'NVM_DIR', 'VOLTA_HOME', 'PNPM_HOME', 'JAVA_HOME',
  'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CARGO_HTTP_CAINFO', 'GIT_SSL_CAINFO', 'CURL_CA_BUNDLE',
  // Windows cannot start a process without these.
  'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA',
])
const SECRET = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH(?!OR)/i
const SECRET_EXCEPTIONS = new Set(['SSH_AUTH_SOCK', 'XAUTHORITY'])
const USER_INFO_IN_URL = /:\/\/[^/@\s]*@/

/** Which variable tells apart the processes of one command, however far they moved from it. */
export const COMMAND_MARKER = 'RAINY_COMMAND'

/**
 * What an agent's command sees: no secret of the host, and nothing that would make it wait for a person.
 * The PATH is the user's own: a project's tests run on the user's Node, not on ours.
 */
export function commandEnvironment(host: Env, extra: Record<string, string>, marker: string): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || (!ALLOWED.has(name) && !name.startsWith('LC_'))) continue
    // A proxy's address may carry a password.
    if (USER_INFO_IN_URL.test(value)) continue
    kept[name] = value
  }
  return {
    ...kept,
    TERM: 'dumb',
    NO_COLOR: '1',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_TERMINAL_PROMPT: '0',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
    PYTHONUNBUFFERED: '1',
    ...extra,
    RAINY_AGENT: '1',
    [COMMAND_MARKER]: marker,
  }
}

/** What the user's own shell sees: all of their environment but what looks like a secret, since agents' code may run there too. */
export function shellEnvironment(host: Env): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && (!SECRET.test(name) || SECRET_EXCEPTIONS.has(name))) kept[name] = value
  }
  return { ...kept, TERM: 'xterm-256color', COLORTERM: 'truecolor' }
}
