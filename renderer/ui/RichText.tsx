import { Fragment } from 'react'
import type { ReactElement, ReactNode } from 'react'

const FENCE = /^```(.*)$/
const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*|https?:\/\/[^\s<>()"'`]+[^\s<>()"'`.,;:!?])/

/**
 * A model's text, which is untrusted: fenced and inline code, bold and links, everything else as it stands. Nothing of it is
 * ever parsed as HTML, and a link only ever goes through the gate that `onLink` is.
 */
export function RichText({ text, onLink }: { text: string; onLink: (url: string) => void }): ReactElement {
  return (
    <div className="rich" dir="auto">
      {blocks(text).map((block, index) =>
        block.code ? (
          <pre key={index} dir="ltr" tabIndex={0} aria-label={block.lang ? `Code, ${block.lang}` : 'Code'}>
            {block.text}
          </pre>
        ) : (
          <p key={index}>{inline(block.text, onLink)}</p>
        ),
      )}
    </div>
  )
}

interface Block {
  code: boolean
  lang: string
  text: string
}

export function blocks(text: string): Block[] {
  const found: Block[] = []
  let open: Block = { code: false, lang: '', text: '' }
  const close = (): void => {
    const body = open.code ? open.text.replace(/\n$/, '') : open.text.replace(/^\n+|\n+$/g, '')
    if (body !== '' || open.code) found.push({ ...open, text: body })
  }
  for (const line of text.split('\n')) {
    const fence = FENCE.exec(line)
    if (fence) {
      close()
      open = { code: !open.code, lang: open.code ? '' : (fence[1] ?? '').trim(), text: '' }
    } else {
      open.text += `${line}\n`
    }
  }
  close()
  return found
}

function inline(text: string, onLink: (url: string) => void): ReactNode[] {
  return text.split(INLINE).map((part, index) => {
    if (part.startsWith('`') && part.length > 2) return <code key={index}>{part.slice(1, -1)}</code>
    if (part.startsWith('**') && part.length > 4) return <strong key={index}>{part.slice(2, -2)}</strong>
    if (/^https?:\/\//.test(part)) {
      return (
        <a
          key={index}
          href={part}
          onClick={(event) => {
            event.preventDefault()
            onLink(part)
          }}
        >
          {part}
        </a>
      )
    }
    return <Fragment key={index}>{part}</Fragment>
  })
}
