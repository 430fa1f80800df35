import { useEffect, useRef } from 'react'
import type { ReactElement, ReactNode } from 'react'

interface DialogProps {
  label: string
  className?: string
  onClose: () => void
  children: ReactNode
}

/** A modal on the platform's own `<dialog>`: it traps focus, closes with Escape and gives focus back to where it was. */
export function Dialog({ label, className, onClose, children }: DialogProps): ReactElement {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={ref}
      aria-label={label}
      className={className}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      {children}
    </dialog>
  )
}
