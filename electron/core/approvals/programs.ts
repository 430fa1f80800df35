import { matchPattern, type Match } from './glob.ts'
import { programName, type ProgramCall } from './shell/calls.ts'
import { HOLE } from './shell/parse-line.ts'

/** Programs that talk to the network; until the sandbox stands, `full-auto` asks before each. */
export const NETWORK_PROGRAMS: ReadonlySet<string> = new Set([
  'curl', 'wget', 'aria2c', 'http', 'https', 'httpie', 'xh', 'lynx', 'links', 'w3m', 'ssh', 'scp', 'sftp', 'rsync', 'mosh', 'autossh', 'sshfs', 'ssh-copy-id', 'nc', 'ncat', 'netcat', 'socat', 'ftp', 'lftp', 'tftp', 'telnet', 'rsh', 'rlogin',
  'ping', 'dig', 'nslookup', 'host', 'drill', 'traceroute', 'nmap', 'openssl', 'mail', 'mailx', 'sendmail', 'msmtp', 'swaks', 'gh', 'glab', 'hub', 'aws', 'gcloud', 'gsutil', 'az', 'doctl', 'heroku', 'vercel', 'netlify', 'fly', 'flyctl', 'wrangler', 'firebase',
  'kubectl', 'helm', 'rclone', 's3cmd', 'twine', 'psql', 'mysql', 'mongosh', 'redis-cli', 'cloudflared', 'ngrok', 'torify', 'tor', 'youtube-dl', 'yt-dlp', 'iwr', 'invoke-webrequest', 'bitsadmin', 'certutil',
])

/** Those of programs that mostly work here; installs stay allowed. */
const NETWORK_SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  git: ['push', 'fetch', 'clone', 'pull', 'ls-remote', 'submodule', 'send-email', 'send-pack', 'fetch-pack', 'remote-http', 'remote-https', 'http-push', 'http-fetch', 'daemon', 'svn', 'p4', 'lfs', 'request-pull', 'archive'],
  hg: ['push', 'pull', 'clone', 'incoming', 'outgoing'],
  svn: ['checkout', 'co', 'commit', 'ci', 'update', 'up', 'export', 'import'],
  npm: ['publish', 'unpublish', 'login', 'adduser', 'logout', 'token', 'owner', 'access', 'deprecate', 'dist-tag', 'team', 'profile', 'star', 'hook'],
  pnpm: ['publish', 'login', 'unpublish'],
  yarn: ['publish', 'login', 'npm'],
  bun: ['publish'],
  cargo: ['publish', 'login', 'owner', 'yank'],
  gem: ['push', 'signin', 'yank', 'owner'],
  poetry: ['publish'],
  uv: ['publish'],
  flit: ['publish'],
  docker: ['push', 'pull', 'login', 'run', 'build', 'buildx', 'search'],
  podman: ['push', 'pull', 'login', 'run', 'build', 'search'],
  terraform: ['apply', 'destroy', 'init', 'login'],
}

/** A program's name, and where it may be that of a bare subcommand: after options with or without a value. */
function subcommandStarts(words: string[]): number[] {
  const reached = new Set([1])
  const starts: number[] = []
  for (let at = 1; at < words.length; at += 1) {
    if (!reached.has(at)) continue
    if (words[at]?.startsWith('-')) {
      reached.add(at + 1)
      reached.add(at + 2)
    } else starts.push(at)
  }
  return starts
}

/** Does the call talk to the network, as far as its name tells? */
export function usesNetwork(call: ProgramCall): Match {
  const name = programName(call.words[0] ?? '')
  if (NETWORK_PROGRAMS.has(name)) return 'yes'
  if (call.redirects.some(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(target.text))) return 'yes'
  const verbs = Object.hasOwn(NETWORK_SUBCOMMANDS, name) ? NETWORK_SUBCOMMANDS[name] : undefined
  const heads = verbs ? subcommandStarts(call.words).map((at) => call.words[at] ?? '') : []
  if (heads.some((head) => verbs?.includes(head))) return 'yes'
  const named = call.code !== undefined && mentionsProgram(call.code, NETWORK_PROGRAMS)
  return named || heads.some((head) => head.includes(HOLE)) ? 'maybe' : 'no'
}

/** Does a program given as text name one of these? It cannot be read, but this would be the plain way to start one. */
export function mentionsProgram(code: string, names: ReadonlySet<string>): boolean {
  return code.toLowerCase().split(/[^a-z0-9_-]+/).some((word) => names.has(word))
}

/**
 * Does a deny or ask rule's pattern match the call, however it is spelled: by its path, in capitals, with options before the
 * subcommand, quoted, or with arguments after what the pattern says?
 */
export function matchesHowever(pattern: string, call: ProgramCall): Match {
  const patterns = pattern.endsWith('*') && !pattern.endsWith(String.raw`\*`) ? [pattern] : [pattern, `${pattern} *`]
  const first = call.words[0]
  if (first === undefined) return 'no'
  const names = new Set([first, programName(first)])
  const tails = [call.words.slice(1), ...subcommandStarts(call.words).map((at) => call.words.slice(at))]
  let best: Match = 'no'
  for (const name of names) {
    for (const tail of tails) {
      for (const each of patterns) {
        const match = matchPattern(each, [name, ...tail].join(' '))
        if (match === 'yes') return 'yes'
        if (match === 'maybe') best = 'maybe'
      }
    }
  }
  if (best === 'no' && call.code !== undefined && mentionsProgram(call.code, new Set([programName(pattern.split(/[ *]/)[0] ?? '')]))) return 'maybe'
  return best
}

const SEPARATOR = '\u001F'

/** Does an allow rule's pattern match the call as it is written? A word with spaces in it is one word. */
export function matchesExactly(pattern: string, call: ProgramCall): boolean {
  const [first = ''] = call.words
  const usual = /^\/(?:usr\/(?:local\/)?)?bin\/([^/]+)$/.exec(first)?.[1]
  const words = [usual ?? first, ...call.words.slice(1)]
  if (words.some((word) => word.includes(SEPARATOR))) return false
  const spread = patternWords(pattern)
  return matchPattern(spread, words.join(SEPARATOR)) === 'yes' || (spread.endsWith(`${SEPARATOR}*`) && matchPattern(spread.slice(0, -2), words.join(SEPARATOR)) === 'yes')
}

/** The pattern's spaces, where they are not quoted, stand between words. */
function patternWords(pattern: string): string {
  let text = ''
  let quote = ''
  for (const character of pattern) {
    if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === quote) quote = ''
    else text += character === ' ' && quote === '' ? SEPARATOR : character
  }
  return text
}
