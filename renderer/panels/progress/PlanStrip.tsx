import { Check, Circle, CirclePause, LoaderCircle } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ReactElement } from 'react'
import { useApp } from '../../app/context.ts'
import { planStates } from './plan-states.ts'

const MARKS = {
  done: { word: 'done', Icon: Check },
  running: { word: 'running', Icon: LoaderCircle },
  stopped: { word: 'stopped', Icon: CirclePause },
  waiting: { word: 'to come', Icon: Circle },
} as const

export function PlanStrip({ taskId }: { taskId: string }): ReactElement | null {
  const progress = useApp((state) => state.progress.get(taskId))
  const status = useApp((state) => state.tasks.get(taskId)?.status)
  const strip = useRef<HTMLOListElement>(null)
  const states = progress ? planStates(progress, status) : []
  const current = states.findIndex((state) => state === 'running' || state === 'stopped')
  const shown = progress !== undefined && progress.plan.length > 0
  useEffect(() => {
    const element = strip.current
    return element && shown ? hintAtMore(element) : undefined
  }, [shown])
  useEffect(() => {
    const element = strip.current
    const step = element?.children[current]
    // Only sideways, and only the strip itself: scrollIntoView would move what lies around it too.
    if (element && step instanceof HTMLElement) element.scrollTo({ left: step.offsetLeft - (element.clientWidth - step.clientWidth) / 2 })
  }, [current])
  if (!shown) return null
  return (
    <ol ref={strip} className="plan-strip" aria-label="Plan" tabIndex={0}>
      {progress.plan.map((step, index) => {
        const { word, Icon } = MARKS[states[index] ?? 'waiting']
        return (
          <li key={step.id} className={`plan-step ${states[index]}`} title={`${step.title} (${step.agent}${step.files.length > 0 ? `: ${step.files.join(', ')}` : ''})`}>
            <span className="muted">{index + 1}</span>
            <Icon className={states[index] === 'running' ? 'spin' : undefined} aria-hidden="true" />
            <span className="clip" dir="auto">{step.title}</span>
            <span className="sr-only">, {word}</span>
          </li>
        )
      })}
    </ol>
  )
}

/** Marks the ends beyond which there are more steps; an end that is in sight is not faded. */
function hintAtMore(strip: HTMLElement): () => void {
  const measure = (): void => {
    strip.toggleAttribute('data-more-before', strip.scrollLeft > 1)
    strip.toggleAttribute('data-more-after', strip.scrollWidth - strip.clientWidth - strip.scrollLeft > 1)
  }
  const ended = new AbortController()
  const resized = new ResizeObserver(measure)
  resized.observe(strip)
  strip.addEventListener('scroll', measure, { signal: ended.signal })
  measure()
  return () => {
    ended.abort()
    resized.disconnect()
  }
}
