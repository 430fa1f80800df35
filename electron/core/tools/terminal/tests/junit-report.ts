import { bounded, type TestCounts } from './test-runner.ts'

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** JUnit's XML as pytest and node:test write it. Only what those write is understood; anything else is passed over. */
export function parseJunit(report: string | undefined): TestCounts | undefined {
  if (!report?.includes('<testsuite')) return undefined
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const suites: string[] = []
  const tag = /<(\/?)(testsuites|testsuite|testcase)\b((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g
  for (let match = tag.exec(report); match; match = tag.exec(report)) {
    const [, closing, name, attributes = '', selfClosing] = match
    if (name === 'testsuite' && !selfClosing) {
      if (closing) suites.pop()
      else suites.push(attribute(attributes, 'name') ?? '')
    }
    if (name !== 'testcase' || closing) continue
    const end = selfClosing ? tag.lastIndex : report.indexOf('</testcase>', tag.lastIndex)
    const body = report.slice(tag.lastIndex, end === -1 ? undefined : end)
    const failure = /<(failure|error)\b((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?:\/>|>([^]*?)<\/\1>)/.exec(body)
    if (failure) {
      counts.failed += 1
      const path = attribute(attributes, 'file')
      // pytest tells module and class here, and has one suite of its own name; node:test has a suite for each group.
      const className = attribute(attributes, 'classname') ?? 'test'
      const groups = suites.filter((suite) => suite !== '' && suite !== 'pytest')
      const names = [...(groups.length > 0 || className === 'test' ? groups : [className]), attribute(attributes, 'name') ?? '']
      const text = decoded(failure[3] ?? '').trim()
      counts.failures.push({
        // node:test escapes a quote in a name twice.
        name: names.join(' > ').replaceAll('&quot;', '"'),
        message: bounded(text || (attribute(failure[2] ?? '', 'message') ?? '')),
        ...(path === undefined ? {} : { path }),
      })
    } else if (/<skipped\b/.test(body)) counts.skipped += 1
    else counts.passed += 1
    if (end !== -1) tag.lastIndex = end
  }
  return counts
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  const value = match?.[1] ?? match?.[2]
  return value === undefined ? undefined : decoded(value)
}

function decoded(text: string): string {
  return text
    .replaceAll(/<!\[CDATA\[([^]*?)\]\]>/g, (_, inner: string) => inner.replaceAll('&', '&amp;'))
    .replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : -1
      if (code >= 0) return code <= 0x10ffff ? String.fromCodePoint(code) : whole
      return ENTITIES[name ?? ''] ?? whole
    })
}
