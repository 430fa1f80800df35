import { useVirtualizer } from '@tanstack/react-virtual'
import type { Range } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ReactElement } from 'react'
import { useApp } from '../../app/context.ts'
import { EMPTY_PROGRESS } from './items.ts'
import { Row } from './Row.tsx'

const ROW_PX = 40
const OVERSCAN = 6
/** Nearer to the end than this is at the end. */
const END_SLACK_PX = 24

/** The rows of one task. It sticks to the end only while it is there; away from it, nothing moves and a pill counts what is new. */
export function Timeline({ taskId }: { taskId: string }): ReactElement {
  const progress = useApp((state) => state.progress.get(taskId) ?? EMPTY_PROGRESS)
  const task = useApp((state) => state.tasks.get(taskId)?.task)
  const scroll = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [focused, setFocused] = useState(-1)
  const [seen, setSeen] = useState<number | null>(null)
  const { items } = progress
  const count = items.length + 1
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => (index === 0 ? 'task' : (items[index - 1]?.id ?? index)),
    // The focused row stays in the document when it is scrolled away: focus is never lost.
    rangeExtractor: useCallback((range: Range) => withFocused(range, focused), [focused]),
  })
  const height = rows.getTotalSize()
  useLayoutEffect(() => {
    const element = scroll.current
    if (element && atEnd.current) element.scrollTop = element.scrollHeight
  }, [height, progress])

  // A panel that opens makes this one smaller: who was at the end stays there.
  useEffect(() => {
    const element = scroll.current
    if (!element) return undefined
    const resized = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight
    })
    resized.observe(element)
    return () => resized.disconnect()
  }, [])

  const onScroll = (): void => {
    const element = scroll.current
    if (!element) return
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_SLACK_PX
    if (atEnd.current) setSeen(null)
    else setSeen((before) => before ?? items.length)
  }
  const toEnd = (): void => {
    atEnd.current = true
    setSeen(null)
    scroll.current?.scrollTo({ top: scroll.current.scrollHeight })
  }
  const news = seen === null ? 0 : items.length - seen

  return (
    <div className="timeline">
      <div ref={scroll} className="timeline-scroll" onScroll={onScroll} role="log" aria-live="off" aria-label="Progress" tabIndex={0} id="task-view">
        <div style={{ height, position: 'relative' }}>
          {rows.getVirtualItems().map((row) => {
            const item = items[row.index - 1]
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="timeline-row"
                style={{ transform: `translateY(${row.start}px)` }}
                onFocus={() => setFocused(row.index)}
                onBlur={() => setFocused(-1)}
              >
                {item ? <Row item={item} /> : <TaskText text={task ?? ''} />}
              </div>
            )
          })}
        </div>
      </div>
      {news > 0 ? (
        <button type="button" className="pill" onClick={toEnd}>
          <ArrowDown aria-hidden="true" /> {news} new
        </button>
      ) : null}
    </div>
  )
}

/** What the person asked for first: it stands above everything that came of it. */
function TaskText({ text }: { text: string }): ReactElement {
  return (
    <article className="message-row user" aria-label="You said">
      <header className="agent small">you</header>
      <p className="task-text" dir="auto">{text}</p>
    </article>
  )
}

function withFocused(range: Range, focused: number): number[] {
  const start = Math.max(0, range.startIndex - range.overscan)
  const end = Math.min(range.count - 1, range.endIndex + range.overscan)
  const indexes = Array.from({ length: end - start + 1 }, (_, offset) => start + offset)
  if (focused < 0 || focused >= range.count) return indexes
  if (focused < start) return [focused, ...indexes]
  return focused > end ? [...indexes, focused] : indexes
}
