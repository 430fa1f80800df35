import type { ReactElement } from 'react'
import './diff.css'
import type { DiffLine, FileDiff } from './diff.ts'

const SIGN = { added: '+', removed: '−', context: ' ', note: ' ' } as const satisfies Record<DiffLine['kind'], string>

/** The hunks of one file. `J` and `K` go from hunk to hunk. */
export function DiffView({ file }: { file: FileDiff }): ReactElement {
  return (
    <div className="diff" aria-label={`Changes of ${file.path}`} role="group">
      {file.hunks.map((hunk) => (
        <section
          key={hunk.header}
          className="hunk"
          tabIndex={0}
          aria-label={`Hunk ${hunk.header}`}
          onKeyDown={(event) => {
            const next = event.key === 'j' ? event.currentTarget.nextElementSibling : event.key === 'k' ? event.currentTarget.previousElementSibling : null
            if (next instanceof HTMLElement) next.focus()
          }}
        >
          <div className="hunk-header">{hunk.header}</div>
          {hunk.lines.map((line, index) => (
            <div key={index} className={`diff-line ${line.kind}`}>
              <span className="line-number">{line.oldLine ?? line.newLine ?? ''}</span>
              <span className="sign">{SIGN[line.kind]}</span>
              <span className="line-text" dir="auto">{line.text || ' '}</span>
            </div>
          ))}
        </section>
      ))}
    </div>
  )
}
