const NAME_LIMIT = 214
const FALLBACK = 'my-project'
const REFUSED = new Set(['node_modules', 'favicon.ico', ''])
/** Words that cannot name a function, or that the templates' own files use. */
const TAKEN = new Set(
  'arguments assert await break case catch class const continue count debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface item items key keyof let main nan new null package people private protected public return run seen static super switch test this throw true try typeof undefined var void while with yield'.split(' '),
)

function part(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
}

/** What npm takes as a package's name, made of what a user wrote; a scope stays. */
export function toPackageName(text: string): string {
  const [, scope, rest = ''] = /^\s*(?:@([^/\s]+)\/)?(.*)$/s.exec(text) ?? []
  const bare = part(rest)
  const name = REFUSED.has(bare) ? FALLBACK : bare
  const cleanScope = scope === undefined ? '' : part(scope)
  return (cleanScope === '' ? name : `@${cleanScope}/${name}`).slice(0, NAME_LIMIT).replace(/[-._]+$/, '')
}

/** The name without its scope: for files, folders and commands. */
export function bareName(packageName: string): string {
  return packageName.replace(/^@[^/]+\//, '')
}

/** The name of the function that the package is about. */
export function toIdentifier(packageName: string): string {
  const camel = bareName(packageName)
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map((word, index) => (index === 0 ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`))
    .join('')
  if (/^[a-z]/.test(camel) && !TAKEN.has(camel.toLowerCase())) return camel
  return `lib${camel === '' ? 'Main' : `${camel[0]?.toUpperCase()}${camel.slice(1)}`}`
}
