/** The task of the script `multi-file-edit`, the project it starts from and the files as they must be in the end. */
export const TASK = 'Add a discount in percent to src/money.js, src/cart.js and src/invoice.js, keep the tests green, and commit.'

export const COMMIT_MESSAGE = 'Add a discount in percent'

const money = `/** Amounts are whole cents. */
export function format(cents) {
  return (cents / 100).toFixed(2)
}
`

const cart = `export function createCart() {
  const items = []
  return {
    items,
    add(name, cents, count = 1) {
      items.push({ name, cents, count })
    },
    total() {
      return items.reduce((sum, item) => sum + item.cents * item.count, 0)
    },
  }
}
`

const invoice = `import { format } from './money.js'

export function renderInvoice(cart) {
  const lines = cart.items.map((item) => \`\${item.count} x \${item.name}: \${format(item.cents * item.count)}\`)
  return [...lines, \`Total: \${format(cart.total())}\`].join('\\n')
}
`

export const FILES: Record<string, string> = {
  'package.json': `${JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# shop\n\nCarts and their invoices.\n',
  'src/money.js': money,
  'src/cart.js': cart,
  'src/invoice.js': invoice,
  'src/index.js': "export { createCart } from './cart.js'\nexport { renderInvoice } from './invoice.js'\n",
  'test/invoice.test.js': `import assert from 'node:assert/strict'
import test from 'node:test'
import { createCart, renderInvoice } from '../src/index.js'

test('an invoice lists its items and their total', () => {
  const cart = createCart()
  cart.add('pen', 150, 2)
  cart.add('book', 1299)
  assert.equal(renderInvoice(cart), '2 x pen: 3.00\\n1 x book: 12.99\\nTotal: 15.99')
})
`,
}

/** What the coder reads in one answer. */
export const READS = ['src/money.js', 'src/cart.js', 'src/invoice.js', 'src/index.js', 'test/invoice.test.js']

interface Edit {
  find: string
  replace: string
}

export const EDITS: Record<string, Edit[]> = {
  'src/money.js': [{ find: "  return (cents / 100).toFixed(2)\n}\n", replace: "  return (cents / 100).toFixed(2)\n}\n\nexport function discounted(cents, percent) {\n  return Math.round(cents * (1 - percent / 100))\n}\n" }],
  'src/cart.js': [
    { find: 'export function createCart() {', replace: "import { discounted } from './money.js'\n\nexport function createCart({ discount = 0 } = {}) {" },
    { find: '    items,\n', replace: '    items,\n    discount,\n' },
    { find: '      return items.reduce((sum, item) => sum + item.cents * item.count, 0)', replace: '      return discounted(items.reduce((sum, item) => sum + item.cents * item.count, 0), discount)' },
  ],
  'src/invoice.js': [
    { find: '  return [...lines, `Total: ${format(cart.total())}`]', replace: '  if (cart.discount > 0) lines.push(`Discount: ${cart.discount} %`)\n  return [...lines, `Total: ${format(cart.total())}`]' },
  ],
}

/** What the reviewer misses at first, and the fix. */
export const GUARD = "throw new RangeError('a discount is 0 to 100 percent')"
export const COMPLAINT = 'src/cart.js takes any discount, also a negative one or one over 100 percent: refuse it with a RangeError.'
export const FIX: Record<string, Edit[]> = {
  'src/cart.js': [{ find: '  const items = []\n', replace: `  if (!(discount >= 0 && discount <= 100)) ${GUARD}\n  const items = []\n` }],
}

function edited(content: string, edits: Edit[]): string {
  return edits.reduce((text, { find, replace }) => text.replace(find, () => replace), content)
}

/** Every file of the workspace, byte for byte, when the task is done. */
export const EXPECTED: Record<string, string> = Object.fromEntries(
  Object.entries(FILES).map(([path, content]) => [path, edited(edited(content, EDITS[path] ?? []), FIX[path] ?? [])]),
)
