/**
 * Programs that run another one named in their arguments. `valued` and `bare` are the options that are known, with and without
 * a value; `positional` is how many arguments come before the command. An option that is not listed makes every later word a
 * possible start of the command.
 */
export interface Wrapper {
  valued: readonly string[]
  bare: readonly string[]
  positional: number
  /** `NAME=value` words may come before the command. */
  assignments?: boolean
  /** Without options it adds nothing: allowing what it runs is enough. */
  transparent?: boolean
}

export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  env: { valued: ['-u', '--unset', '-C', '--chdir'], bare: ['-i', '-', '--ignore-environment', '-0', '--null', '-v', '--debug'], positional: 0, assignments: true, transparent: true },
  command: { valued: [], bare: ['-p'], positional: 0, transparent: true },
  builtin: { valued: [], bare: [], positional: 0, transparent: true },
  exec: { valued: ['-a'], bare: ['-c', '-l'], positional: 0, transparent: true },
  nohup: { valued: [], bare: [], positional: 0, transparent: true },
  time: { valued: ['-f', '-o'], bare: ['-p', '-v', '-a'], positional: 0, transparent: true },
  nice: { valued: ['-n', '--adjustment'], bare: [], positional: 0, transparent: true },
  timeout: { valued: ['-k', '--kill-after', '-s', '--signal'], bare: ['--foreground', '--preserve-status', '-v', '--verbose'], positional: 1, transparent: true },
  gtimeout: { valued: ['-k', '--kill-after', '-s', '--signal'], bare: ['--foreground', '--preserve-status', '-v', '--verbose'], positional: 1 },
  ionice: { valued: ['-c', '--class', '-n', '--classdata'], bare: ['-t', '--ignore'], positional: 0 },
  setsid: { valued: [], bare: ['-c', '--ctty', '-f', '--fork', '-w', '--wait'], positional: 0 },
  stdbuf: { valued: ['-i', '-o', '-e', '--input', '--output', '--error'], bare: [], positional: 0 },
  taskset: { valued: [], bare: ['-c', '--cpu-list', '-a'], positional: 1 },
  chrt: { valued: [], bare: ['-b', '-f', '-i', '-o', '-r'], positional: 1 },
  unbuffer: { valued: [], bare: ['-p'], positional: 0 },
  caffeinate: { valued: ['-t', '-w'], bare: ['-d', '-i', '-m', '-s', '-u'], positional: 0 },
  sudo: { valued: ['-u', '-g', '-h', '-p', '-C', '-T', '-r', '-t', '-D', '-R', '-U', '--user', '--group'], bare: ['-A', '-b', '-E', '-H', '-i', '-n', '-P', '-S', '-s', '-k'], positional: 0, assignments: true },
  doas: { valued: ['-u', '-C'], bare: ['-n', '-s', '-L'], positional: 0 },
  xargs: {
    valued: ['-n', '-L', '-P', '-s', '-E', '-d', '-a', '-I', '-J', '-R', '-S', '--max-args', '--max-lines', '--max-procs', '--delimiter', '--arg-file', '--replace', '--max-chars'],
    bare: ['-0', '--null', '-r', '--no-run-if-empty', '-t', '--verbose', '-x', '--exit', '-o', '-p'],
    positional: 0,
  },
  strace: { valued: ['-o', '-e', '-p', '-s', '-P'], bare: ['-f', '-ff', '-c', '-t', '-tt', '-T', '-v', '-y'], positional: 0 },
  ltrace: { valued: ['-o', '-e', '-p', '-s'], bare: ['-f', '-c', '-S'], positional: 0 },
  watch: { valued: ['-n', '--interval'], bare: ['-d', '-t', '-b', '-e', '-g', '-c', '-x'], positional: 0 },
  entr: { valued: [], bare: ['-a', '-c', '-d', '-n', '-p', '-r', '-s', '-z'], positional: 0 },
  flock: { valued: ['-w', '--timeout', '-E'], bare: ['-s', '-x', '-e', '-u', '-n', '-o', '-F', '-v'], positional: 1 },
  chroot: { valued: [], bare: [], positional: 1 },
  unshare: { valued: [], bare: [], positional: 0 },
  nsenter: { valued: [], bare: [], positional: 0 },
  fakeroot: { valued: [], bare: [], positional: 0 },
  firejail: { valued: [], bare: [], positional: 0 },
  bwrap: { valued: [], bare: [], positional: 0 },
  script: { valued: [], bare: [], positional: 0 },
  busybox: { valued: [], bare: [], positional: 0 },
  toybox: { valued: [], bare: [], positional: 0 },
  npx: { valued: ['-p', '--package'], bare: ['-y', '--yes', '--no', '--no-install', '-q', '--quiet'], positional: 0 },
  pnpx: { valued: ['-p', '--package'], bare: [], positional: 0 },
  bunx: { valued: ['-p', '--package'], bare: ['--bun'], positional: 0 },
  'cross-env': { valued: [], bare: [], positional: 0, assignments: true },
  dotenv: { valued: ['-e', '-f'], bare: ['--'], positional: 0 },
  winpty: { valued: [], bare: [], positional: 0 },
}

export const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'mksh', 'ash', 'fish', 'rbash', 'yash'])

/** Builtins after which names no longer mean what they say, and programs whose arguments are commands in a syntax of their own. */
export const UNREADABLE_PROGRAMS: ReadonlySet<string> = new Set(['alias', 'enable', 'hash', 'parallel', 'cmd', 'powershell', 'pwsh', 'runuser', 'at', 'batch', 'crontab', 'screen', 'tmux', 'expect', 'systemd-run', 'wsl', 'su', 'fish', 'csh', 'tcsh'])

/** Interpreters and the options that carry a program as text. */
export const INLINE_CODE: Readonly<Record<string, RegExp>> = {
  python: /^-\w*c/,
  node: /^(?:-\w*[ep]|--eval|--print)/,
  nodejs: /^(?:-\w*[ep]|--eval|--print)/,
  bun: /^(?:-e|--eval)/,
  deno: /^eval$/,
  perl: /^-\w*[eE]/,
  ruby: /^-\w*e/,
  php: /^-\w*r/,
  lua: /^-\w*e/,
  awk: /^/,
  gawk: /^/,
  mawk: /^/,
  osascript: /^-e/,
  make: /^(?:--eval|-\w*f-)/,
  vim: /^(?:-c|\+)/,
  vi: /^(?:-c|\+)/,
  ex: /^(?:-c|\+)/,
  sed: /^/,
  tar: /^--(?:to-command|checkpoint-action|use-compress-program|rsh-command)|^-I/,
}
