import { useRef } from 'react'
import type { ReactElement } from 'react'

interface SplitterProps {
  label: string
  /** `x` changes a width, `y` a height. */
  axis: 'x' | 'y'
  /** 1 where the panel lies before the splitter, -1 where it lies after. */
  direction: 1 | -1
  value: number
  min: number
  max: number
  onChange: (value: number) => void
}

const KEY_STEP_PX = 16

export function Splitter({ label, axis, direction, value, min, max, onChange }: SplitterProps): ReactElement {
  const start = useRef<{ at: number; value: number } | null>(null)
  const set = (next: number): void => onChange(Math.round(Math.min(max, Math.max(min, next))))
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={`splitter ${axis}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { at: axis === 'x' ? event.clientX : event.clientY, value }
      }}
      onPointerMove={(event) => {
        if (!start.current) return
        set(start.current.value + ((axis === 'x' ? event.clientX : event.clientY) - start.current.at) * direction)
      }}
      onPointerUp={() => {
        start.current = null
      }}
      onKeyDown={(event) => {
        const grow = axis === 'x' ? 'ArrowRight' : 'ArrowDown'
        const shrink = axis === 'x' ? 'ArrowLeft' : 'ArrowUp'
        if (event.key === grow) set(value + KEY_STEP_PX * direction)
        else if (event.key === shrink) set(value - KEY_STEP_PX * direction)
        else return
        event.preventDefault()
      }}
    />
  )
}
