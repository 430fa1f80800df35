import type { Intent } from './tasks.ts'

/** Texts are judged by their beginning: what follows is material (logs, files, diffs) as often as it is words of the user's. */
const JUDGED_CHARS = 4000

const POLITE = /^(?:(?:please|kindly|now|then|ok(?:ay)?|hey|hi|hello|so|also|just|and|can you|could you|would you|will you|i(?:'d| would) like you to|i want you to|i need you to|we need to|you should|let'?s|help me(?: to)?)\b[\s,:!]*)+/i
const EDIT_VERB =
  /^(?:add|adjust|append|apply|build|bump|change|convert|correct|create|debug|delete|disable|drop|edit|enable|ensure|extend|finish|fix|format|generate|handle|implement|improve|insert|introduce|make|migrate|modify|optimi[sz]e|patch|port|prevent|put|remove|repair|replace|resolve|rewrite|set|solve|support|swap|switch|translate|turn|update|upgrade|use|validate|wire|write)$/i
const REFACTOR = /^(?:refactor|restructure|reorgani[sz]e|deduplicate|de-duplicate|modulari[sz]e|rename)\b|^(?:extract|split|move|inline|pull)\b.*\b(?:into|to|out|from)\b/is
const NEW_THING = /^(?:create|make|build|start|scaffold|generate|bootstrap|init(?:iali[sz]e)?|set up|write|code|develop)\b(?:\s+me)?(?:\s+up)?\s+(?:(?:an?|the|another|some)\s+)?((?:[\w.+#/-]+\s+){0,5}?)(project|library|lib|package|module|app|application|program|cli|tool|website|web ?site|server|service|api|game|bot|plugin|extension|script)s?\b(?!\s+(?:file|function|class|component|endpoint|route|test|command|method)s?\b)/i
const WHOLE_THING = /^(?:project|library|lib|package|app|application|cli|program|website)$/i
const INTO_EXISTING = /\b(?:to|in|into|for|of|inside) (?:the|this|our|my|its) (?:\w+ )?(?:project|library|lib|package|app|application|cli|repo(?:sitory)?|code(?:base)?|server|service|module|tool)\b/i
const DOCS = /\b(?:read ?me|docs?|documentation|changelog|docstrings?|jsdoc|tsdoc|doc(?:umentation)? comments?|user guide|manual)\b/i
const DOCS_VERB = /^(?:write|add|update|improve|create|generate|fix|extend|correct|rewrite|translate|proofread|document)\b/i
const RUN = /^(?:run|execute|rerun|re-run|launch|install|start|stop|commit|push|pull|lint|test|build|\$\s?\S|(?:npm|npx|pnpm|yarn|bun|node|git|cargo|go|make|pytest|python3?|docker|ls|cat)\s+\S)/i
const QUESTION = /^(?:what|what's|why|how|where|who|when|which|does|do|did|is|are|was|were|has|have|should|explain|describe|summari[sz]e|show|list|find|search|look (?:for|up)|tell me|give me an overview|walk me through|read|analy[sz]e|count|compare|grep|locate)\b/i
const SMALL_TALK = /^(?:say|hi|hello|hey|hallo|yo|thanks?|thank you|thx|good (?:morning|afternoon|evening|night)|bye|ok(?:ay)?|great|nice|cool|who are you|what can you do|how are you)\b/i
const SMALL_TALK_CHARS = 80

/** What a message asks for, by rules in code. `chat` is whatever no rule is sure of: its agent has all tools and finds out. */
export function classifyIntent(text: string, { workspaceEmpty }: { workspaceEmpty: boolean }): Intent {
  const whole = text.slice(0, JUDGED_CHARS).trim()
  if (whole.length <= SMALL_TALK_CHARS && SMALL_TALK.test(whole) && !clauses(whole).some(startsWithEdit)) return 'chat'
  const judged = plainly(whole)
  const docsAsked = DOCS.test(firstClause(judged)) && DOCS_VERB.test(judged)
  if (isNewProject(judged, workspaceEmpty)) return 'create_project'
  if (REFACTOR.test(judged)) return 'refactor'
  if (QUESTION.test(judged)) return clauses(judged).slice(1).some(startsWithEdit) && !judged.includes('?') ? 'edit_code' : 'explain_code'
  if (docsAsked || /^document\b/i.test(judged)) return 'write_docs'
  if (RUN.test(judged) && !/^(?:build|make|start)\s+(?:an?|me|the)\b/i.test(judged)) return clauses(judged).slice(1).some(startsWithEdit) ? 'edit_code' : 'run_command'
  if (clauses(judged).some(startsWithEdit)) return 'edit_code'
  if (/\?\s*$/.test(whole)) return 'explain_code'
  return 'chat'
}

/** Whether the work is to be committed at its end: an order to commit, not a word about commits. */
export function asksForCommit(text: string): boolean {
  const judged = text.slice(0, JUDGED_CHARS)
  for (const found of judged.matchAll(/(?:^|[,;.:!\n]|\band|\bthen|\bplease|\bfinally|\balso|\bto|\b(?:make|create|add) an?(?: \w+)?|\bgit)\s*(?:please\s+|then\s+|finally\s+|also\s+)?commit\b(?!\s*(?:message|hash|id|history|log|hook)s?\b(?!\s*['":]))/gi)) {
    const before = judged.slice(Math.max(0, found.index - 24), found.index + found[0].length)
    if (!/\b(?:don'?t|do not|never|not|no|without|how)\b[^,;.\n]*commit$|\b(?:the|last|previous|this)\s+commit$/i.test(before)) return true
  }
  return false
}

/** Whether several files or several things are asked for, so that a plan is worth its model call. */
export function needsPlanner(text: string): boolean {
  const judged = withoutCommit(text.slice(0, JUDGED_CHARS))
  if (/\b(?:across|everywhere|throughout|several|multiple|(?:all|every|each)(?: of)?(?: the)? (?:\w+ )?(?:files?|modules?|components?|classes|functions?|tests?|callers?|usages?))\b/i.test(judged)) return true
  if (new Set(fileNames(judged)).size >= 2) return true
  if ((judged.match(/^\s*(?:[-*•]|\d+[.)])\s+\S/gm)?.length ?? 0) >= 2) return true
  return clauses(plainly(judged)).filter(startsWithEdit).length >= 2
}

/** Names of files that a text speaks of, in its order. */
export function fileNames(text: string): string[] {
  return [...text.matchAll(/(?<![\w@:/.-])(?:\.{0,2}\/)?(?:[\w@-][\w.@-]*\/)*[\w@-][\w.@-]*\.[A-Za-z][A-Za-z0-9]{0,7}(?![\w/-]|\.\w)/g)]
    .map(([name]) => name)
    .filter((name) => !/^(?:e\.g|i\.e|etc|node\.js|next\.js|vue\.js|vs|v?\d[\d.]*\w?)$/i.test(name))
}

function isNewProject(text: string, workspaceEmpty: boolean): boolean {
  const found = NEW_THING.exec(text)
  if (!found || INTO_EXISTING.test(firstClause(text))) return false
  if (workspaceEmpty) return true
  const [whole, , noun = ''] = found
  return /^(?:scaffold|bootstrap)\b/i.test(whole) || /\bnew\b/i.test(whole) && WHOLE_THING.test(noun) || /\b(?:project|library|command[- ]line)\b/i.test(whole)
}

function plainly(text: string): string {
  return text.trim().replace(POLITE, '')
}

/** The parts of a text that may each be an order. */
function clauses(text: string): string[] {
  return text
    .split(/(?:[;\n]|[.!?:,]\s|\band\b|\bthen\b|\balso\b|^\s*(?:[-*•]|\d+[.)]))/im)
    .map(plainly)
    .filter((part) => part !== '')
}

function firstClause(text: string): string {
  return text.split(/[;\n]|[.!?]\s/, 1)[0] ?? ''
}

function startsWithEdit(clause: string): boolean {
  return EDIT_VERB.test(/^[a-z-]+/i.exec(clause)?.[0] ?? '')
}

function withoutCommit(text: string): string {
  return text.replace(/[,;.]?\s*(?:\b(?:and|then|finally)\s+)*(?:make a |create a |git )?\bcommit\b[^,;.\n]*/gi, '')
}
