import { useVirtualizer } from '@tanstack/react-virtual'
import { Copy } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef } from 'react'
import type { ReactElement } from 'react'
import { textLines } from './bounded-text.ts'
import type { BoundedText } from './bounded-text.ts'

const LINE_PX = 18
const END_SLACK_PX = 24

/** A command's output: only the lines in sight are drawn, and it follows its end until one scrolls away from it. */
export function Output({ text, name }: { text: BoundedText; name: string }): ReactElement {
  const lines = useMemo(() => textLines(text), [text])
  const scroll = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => scroll.current, estimateSize: () => LINE_PX, overscan: 10 })
  useLayoutEffect(() => {
    if (scroll.current && atEnd.current) scroll.current.scrollTop = scroll.current.scrollHeight
  }, [lines])
  return (
    <div className="output">
      <div
        ref={scroll}
        className="output-scroll"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={`Output of ${name}`}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < END_SLACK_PX
        }}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((row) => (
            <div key={row.key} className="output-line" style={{ transform: `translateY(${row.start}px)` }} dir="auto">
              {lines[row.index]}
            </div>
          ))}
        </div>
      </div>
      <button type="button" className="button quiet small icon output-copy" aria-label="Copy output" title="Copy output" onClick={() => void navigator.clipboard.writeText(lines.join('\n'))}>
        <Copy aria-hidden="true" />
      </button>
    </div>
  )
}
