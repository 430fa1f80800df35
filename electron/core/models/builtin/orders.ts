import { classifyIntent, fileNames } from '../../../../shared/intent.ts'
import { maskQuotes, quotedParts, unquote } from './quotes.ts'

/** One thing that the user asks for, as the rules understand it. */
export type Order =
  | { kind: 'create-project'; template: 'node-library' | 'node-cli'; name: string; description?: string; typescript: boolean }
  | { kind: 'create-file'; path: string; content: string }
  | { kind: 'rename'; from: string; to: string; path?: string }
  | { kind: 'replace'; find: string; replace: string; path?: string }
  | { kind: 'quick-fix'; path?: string }
  | { kind: 'run'; command: string }
  | { kind: 'test' }
  | { kind: 'search'; pattern: string; path?: string }
  | { kind: 'explain'; path?: string }
  | { kind: 'changes' }
  | { kind: 'list'; path?: string }
  | { kind: 'commit'; message?: string }
  | { kind: 'small-talk'; about: 'hi' | 'thanks' | 'self' | 'bye' }
  | { kind: 'unknown'; text: string }

const POLITE = /^(?:(?:please|kindly|now|then|ok(?:ay)?|so|also|just|and|finally|can you|could you|would you|will you|i(?:'d| would) like you to|i want you to|i need you to|we need to|let'?s|help me(?: to)?)\b[\s,:!]*)+/i
const ORDER_WORD = 'run|execute|rename|replace|commit|make a commit|git commit|fix|repair|search|find|grep|explain|describe|create|write|test|apply|show|list'
const BREAK = new RegExp(`(?:\\s*[,;.]\\s*(?:and\\s+|then\\s+|also\\s+|finally\\s+)*|\\s+(?:and|then)\\s+(?:then\\s+|also\\s+|finally\\s+)*|\\s*\\n+\\s*(?:[-*•]\\s*|\\d+[.)]\\s*)?)(?:please\\s+)?(?=(?:${ORDER_WORD})\\b)`, 'gi')
const OTHER_LANGUAGE = /\b(?:python|rust|go(?:lang)?|java|kotlin|swift|ruby|php|c\+\+|c#|\.net|elixir|haskell|scala|dart|flutter|deno|bun|react|vue|svelte|angular|next\.?js|electron|express)\b/i
const NOT_A_NAME = /^(?:an?|the|new|small|simple|tiny|little|node|node\.?js|js|javascript|typescript|ts|npm|es|esm|modern|good|basic|my|command-?line|command|line|cli|console|terminal|project|for|that|which|to|with|me|us)$/i
const WORD = String.raw`[A-Za-z_$][\w$]*`

/** What a text asks for, one order after another. A text without an order that is known gives one of kind `unknown`. */
export function readOrders(text: string): Order[] {
  const whole = text.trim().replace(POLITE, '')
  const alone = newProject(whole)
  // What follows the name of a new project describes it.
  if (alone) return [alone, ...clauses(whole).slice(1).map(readOrder).filter(({ kind }) => kind === 'commit' || kind === 'test' || kind === 'run')]
  return clauses(whole).map(readOrder)
}

function clauses(text: string): string[] {
  const mask = maskQuotes(text)
  const parts: string[] = []
  let from = 0
  for (const match of mask.matchAll(BREAK)) {
    if (match.index === 0) continue
    parts.push(text.slice(from, match.index))
    from = match.index + match[0].length
  }
  return [...parts, text.slice(from)].map((part) => part.trim().replace(POLITE, '')).filter((part) => part !== '')
}

function readOrder(clause: string): Order {
  for (const read of READERS) {
    const order = read(clause)
    if (order) return order
  }
  return { kind: 'unknown', text: clause }
}

type Reader = (clause: string) => Order | undefined

const READERS: Reader[] = [smallTalk, commit, rename, replace, createFile, quickFix, test, changes, run, list, search, explain]

function newProject(text: string): Extract<Order, { kind: 'create-project' }> | undefined {
  if (classifyIntent(text, { workspaceEmpty: true }) !== 'create_project' || OTHER_LANGUAGE.test(maskQuotes(text))) return undefined
  const noun = /\b(?:(command[- ]line(?: (?:tool|program|app(?:lication)?|utility|interface))?|cli(?: (?:tool|program|app))?|console (?:tool|app)|tool|program|script)|(library|lib|package|module|project|util(?:ity|s)?))\b/i.exec(text)
  if (!noun) return undefined
  const isTool = noun[1] !== undefined || /\b(?:cli|command[- ]line)\b/i.test(text)
  return { kind: 'create-project', template: isTool ? 'node-cli' : 'node-library', name: projectName(text, noun), typescript: /\btypescript\b/i.test(text), ...describedAs(text) }
}

function projectName(text: string, noun: RegExpExecArray): string {
  const called = /\b(?:called|named|name(?:d)? it|call it|by the name(?: of)?)\s+(`[^`]+`|"[^"]+"|'[^']+'|@?[\w.-]+(?:\/[\w.-]+)?)/i.exec(text)?.[1]
  if (called) return unquote(called).replace(/[.,]+$/, '')
  const quoted = quotedParts(text)[0]
  if (quoted) return quoted
  const before = text.slice(0, noun.index).trim().split(/\s+/).slice(1).filter((word) => !NOT_A_NAME.test(word))
  const after = /^\s+([\w.-]+)/.exec(text.slice(noun.index + noun[0].length))?.[1]
  return before.at(-1) ?? (after !== undefined && !NOT_A_NAME.test(after) ? after : '')
}

function describedAs(text: string): { description?: string } {
  const found = /\b(?:that|which)\s+([^.\n]{3,200}?)(?:[.\n]|,?\s+and\s+(?:commit|run|test)\b|$)/i.exec(text)?.[1]
  return found ? { description: `${found[0]?.toUpperCase()}${found.slice(1).trim()}.` } : {}
}

function smallTalk(clause: string): Order | undefined {
  const plain = clause.toLowerCase().replace(/[!?.,\s]+$/, '')
  if (/^(?:say )?(?:hi|hello|hey|hallo|yo|good (?:morning|afternoon|evening))(?: there| rainy| everyone)?$/.test(plain)) return { kind: 'small-talk', about: 'hi' }
  if (/^(?:thanks?|thank you|thx|great|nice|cool|well done|ok(?:ay)?)(?: a lot| so much| you| work| job)?$/.test(plain)) return { kind: 'small-talk', about: 'thanks' }
  if (/^(?:bye|goodbye|good night|see you)$/.test(plain)) return { kind: 'small-talk', about: 'bye' }
  if (/^(?:who|what) are you|^what can you do|^help$|^how (?:are|do) you|^are you (?:an? )?(?:llm|ai|human|bot)/.test(plain)) return { kind: 'small-talk', about: 'self' }
  return undefined
}

function commit(clause: string): Order | undefined {
  if (!/^(?:git\s+)?commit\b|^(?:make|create|add|do) (?:an? |the )?(?:git )?commit\b/i.test(clause)) return undefined
  const named = quotedParts(clause)[0] ?? /\b(?:message|saying|as|-m)\s*:?\s+(\S.*)$/is.exec(clause)?.[1]
  return { kind: 'commit', ...(named ? { message: named.trim() } : {}) }
}

function rename(clause: string): Order | undefined {
  const match = new RegExp(`^rename\\s+(?:the\\s+)?(?:(?:symbol|function|variable|class|method|constant|const|type|interface|identifier|component|enum|field|property)\\s+)?[\`"']?(${WORD})(?:\\(\\))?[\`"']?\\s+(?:to|into|as|->|→|=>)\\s+[\`"']?(${WORD})(?:\\(\\))?[\`"']?(?=[\\s.,;]|$)`, 'i').exec(clause)
  const [whole, from, to] = match ?? []
  if (from === undefined || to === undefined || whole === undefined || /^\.\w/.test(clause.slice(whole.length))) return undefined
  return { kind: 'rename', from, to, ...pathIn(clause.slice(whole.length)) }
}

function replace(clause: string): Order | undefined {
  const mask = maskQuotes(clause)
  const verb = /^(?:replace|change|swap|substitute)\s+(?:(?:all|every|each|the)\s+)?(?:(?:occurrences?|instances?|text|words?|string)\s+)?(?:of\s+)?/i.exec(mask)
  if (!verb) return undefined
  const rest = clause.slice(verb[0].length)
  const parts = /^(\S+|[^]*?)\s+(?:with|by|to|for|into)\s+(\S+)([^]*)$/i.exec(maskQuotes(rest))
  if (!parts) return undefined
  const [, first = '', second = '', tail = ''] = parts
  const find = unquote(rest.slice(0, first.length))
  const start = rest.length - tail.length - second.length
  const quoted = maskQuotes(rest).startsWith('\u0001')
  // Several words without quotes are a wish in prose, not a text to look for.
  if (find === '' || (!quoted && /\s/.test(first))) return undefined
  return { kind: 'replace', find, replace: unquote(rest.slice(start, start + second.length)), ...pathIn(rest.slice(start + second.length)) }
}

function createFile(clause: string): Order | undefined {
  const match = /^(?:create|write|add|make)\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:text\s+|empty\s+)?(?:file\s+)?(?:called\s+|named\s+)?[`"']?((?:[\w@.-]+\/)*[\w@.-]*\.[\w]+)[`"']?\s*(?:,|:|containing|with|that\s+(?:says|contains|reads)|saying|and (?:write|put))\s*(?:(?:the|this|exactly this)\s+)?(?:(?:contents?|text|line|words?)\s*(?:of\s+)?)?:?\s*([^]+)$/i.exec(clause)
  const [, path, content] = match ?? []
  if (path === undefined || content === undefined || !/`|"|'|“|\n|\b(?:containing|contents?|text|says|saying|reads)\b/i.test(clause)) return undefined
  const text = unquote(content.replace(/^```\w*\n([^]*?)\n?```\s*$/, '$1'))
  return { kind: 'create-file', path, content: text.endsWith('\n') ? text : `${text}\n` }
}

function quickFix(clause: string): Order | undefined {
  if (!/^(?:apply|use|accept)\b.*\b(?:quick[- ]?)?fix(?:es)?\b/i.test(clause) && !/^(?:fix|repair|resolve|correct|clean up)\b[^]*\b(?:errors?|diagnostics?|problems?|warnings?|lint(?:er|ing)?|imports?|compil\w+|type[- ]?(?:errors?|checks?))\b/i.test(clause)) return undefined
  return { kind: 'quick-fix', ...pathIn(clause) }
}

function test(clause: string): Order | undefined {
  return /^(?:run|execute|re-?run|start|do)\s+(?:all\s+)?(?:of\s+)?(?:(?:the|my|our|its|this project's)\s+)?(?:(?:unit|whole|full|existing)\s+)?(?:test(?:s| suite)?)\s*(?:suite|again|please|for me|now|and (?:tell|show|report|say|explain)\b[^]*)?[.!?]*$|^test(?:\s+(?:it|this|the (?:project|code|library)))?[.!?]*$/i.test(clause) ? { kind: 'test' } : undefined
}

function changes(clause: string): Order | undefined {
  return /^(?:(?:show|list|what(?:'s| is| are| has| did)?|git)\b[^]*\b(?:chang(?:ed?|es)|diff|status|uncommitted|modified)\b|git (?:status|diff)\b)/i.test(clause) && fileNames(clause).length === 0 ? { kind: 'changes' } : undefined
}

const SCRIPTED = /^(?:the\s+)?(build|lint|format|dev|start|typecheck|types|coverage|bench(?:mark)?)(?:\s+(?:script|step|task|command|again))*[.!]?$/i

function run(clause: string): Order | undefined {
  const match = /^(?:run|execute|re-?run|launch|\$)\s*:?\s*(?:(?:the\s+)?(?:shell\s+)?command\s*:?\s+)?([^]+)$/i.exec(clause)
  const tail = match?.[1]?.replace(/,?\s+(?:and|then)\s+(?:tell|show|report|say|explain|give)\b[^]*$/i, '').trim()
  if (tail) {
    const script = SCRIPTED.exec(tail)?.[1]
    if (script) return { kind: 'run', command: `npm run ${script.toLowerCase()}` }
    const command = unquote(tail)
    return command === tail && /^(?:the|a|an|it|this|that|all|my|our)\b/i.test(tail) ? undefined : { kind: 'run', command }
  }
  if (/^install(?:\s+(?:the|all|its|our))?\s+(?:dependencies|packages|deps)\b|^install[.!]?$/i.test(clause)) return { kind: 'run', command: 'npm install' }
  if (/^(?:build|lint)(?:\s+(?:it|the (?:project|code)|everything))?[.!]?$/i.test(clause)) return { kind: 'run', command: `npm run ${clause.slice(0, clause.search(/\s|[.!]|$/)).toLowerCase()}` }
  return /^(?:npm|npx|pnpm|yarn|node|git|cargo|go|make|pytest|python3?|ls|cat|echo)\s+\S/.test(clause) ? { kind: 'run', command: clause } : undefined
}

function list(clause: string): Order | undefined {
  if (!/^(?:list|show)(?:\s+me)?\s+(?:(?:all|the|of|my)\s+)*(?:files|folders?|director(?:y|ies)|tree|structure|layout)\b|^(?:what|which) files\b/i.test(clause)) return undefined
  const path = /\b(?:in|under|of|below)\s+(?:the\s+)?[`"']?([\w./@-]+)[`"']?(?:\s+(?:folder|directory))?\s*[?.!]*$/i.exec(clause)?.[1]?.replace(/[.]+$/, '')
  return { kind: 'list', ...(path && !/^(?:the|this|project|folder|workspace|here|directory|repo(?:sitory)?)$/i.test(path) ? { path } : {}) }
}

function search(clause: string): Order | undefined {
  const match =
    /^(?:search|grep|look)\s+(?:(?:the|this|our|whole|all)\s+)*(?:code(?:base)?|project|files|workspace|repo(?:sitory)?)?\s*(?:for\s+)?([^]+)$/i.exec(clause) ??
    /^(?:find|locate)\s+(?:(?:all|every|the|any|me)\s+)*(?:(?:uses?|usages?|occurrences?|references?|mentions?|places?|callers?|definition)\s+(?:of|to|with)\s+)?([^]+)$/i.exec(clause) ??
    /^(?:where|in which files?)\s+(?:is|are|do we use|does)\s+([^]+?)(?:\s+(?:defined|used|declared|called|mentioned|come from|imported|exported|set))?\s*\??$/i.exec(clause)
  const rest = match?.[1]?.trim()
  if (!rest) return undefined
  const quoted = quotedParts(rest)[0]
  const path = /\s+in(?:side)?\s+(?:the\s+)?[`"']?([\w./@-]*[/.][\w./@-]*|src|test|tests|lib|docs)[`"']?(?:\s+(?:folder|directory|file))?[.?!]*$/i.exec(rest)
  const said = (path ? rest.slice(0, path.index) : rest).replace(/\s+in\s+(?:the|this|our)\s+(?:code(?:base)?|project|repo(?:sitory)?|files)\b[^]*$/i, '').replace(/^(?:the\s+)?(?:text|string|word|function|class|symbol|variable)\s+/i, '').replace(/[?!]+$/, '')
  const pattern = quoted ?? said.trim()
  return pattern === '' ? undefined : { kind: 'search', pattern, ...(path?.[1] ? { path: path[1].replace(/[.]+$/, '') } : {}) }
}

function explain(clause: string): Order | undefined {
  const asks = /^(?:explain|describe|summari[sz]e|outline|analy[sz]e|read|show|open|walk me through|tell me about|give me an overview|what(?:'s| is| does| do|)|how does)\b/i.test(clause)
  if (!asks) return undefined
  const file = pathIn(clause)
  if (file.path !== undefined) return { kind: 'explain', ...file }
  return /\b(?:this|the|our) (?:project|code(?:base)?|repo(?:sitory)?|folder|library|package|app|workspace)\b|^(?:give me an overview)/i.test(clause) ? { kind: 'explain' } : undefined
}

function pathIn(text: string): { path?: string } {
  const path = fileNames(text.replace(/[`"'“”]/g, ' '))[0]
  return path === undefined ? {} : { path }
}
