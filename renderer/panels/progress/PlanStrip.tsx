import { Check, Circle, CirclePause, LoaderCircle } from 'lucide-react'
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
  if (!progress || progress.plan.length === 0) return null
  const states = planStates(progress, status)
  return (
    <ol className="plan-strip" aria-label="Plan" tabIndex={0}>
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
