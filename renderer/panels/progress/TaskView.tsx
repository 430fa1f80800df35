import { Pause, Square } from 'lucide-react'
import type { ReactElement } from 'react'
import { useActions, useApp } from '../../app/context.ts'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { money, tokens } from '../../ui/format.ts'
import { shortcut } from '../../ui/platform.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import { Banner } from './Banner.tsx'
import { PlanStrip } from './PlanStrip.tsx'
import { Timeline } from './Timeline.tsx'
import './progress.css'

/** One task: what it is, how far it is, what it does, and the one thing that it needs. */
export function TaskView({ taskId }: { taskId: string }): ReactElement {
  return (
    <>
      <TaskHead taskId={taskId} />
      <PlanStrip taskId={taskId} />
      <Timeline key={taskId} taskId={taskId} />
      <Banner taskId={taskId} />
    </>
  )
}

function TaskHead({ taskId }: { taskId: string }): ReactElement | null {
  const actions = useActions()
  const task = useApp((state) => state.tasks.get(taskId))
  const step = useApp((state) => state.progress.get(taskId)?.step)
  const usage = useApp((state) => state.progress.get(taskId)?.usage)
  if (!task) return null
  const live = !FINISHED_STATUSES.has(task.status)
  return (
    <header className="task-head">
      <h2 className="clip" title={task.task} dir="auto">{task.task}</h2>
      <div className="task-facts small">
        <StatusMark status={task.status} />
        {step && step.total > 0 ? <span className="muted">{step.step}/{step.total}</span> : null}
        {usage && usage.modelCalls > 0 ? (
          <span className="muted" title={`${usage.inputTokens.toLocaleString('en')} in, ${usage.outputTokens.toLocaleString('en')} out, ${usage.modelCalls} model calls`}>
            {tokens(usage.inputTokens + usage.outputTokens)} · {money(usage.costUsd)}
          </span>
        ) : null}
        {task.status === 'running' || task.status === 'queued' || task.status === 'waiting' ? (
          <button type="button" className="button quiet small" title={`Stop; it can go on later (${shortcut('.')})`} onClick={() => void actions.interrupt(taskId)}>
            <Pause aria-hidden="true" /> Stop
          </button>
        ) : null}
        {live ? (
          <button type="button" className="button quiet small" title="End this task for good" onClick={() => void actions.cancel(taskId)}>
            <Square aria-hidden="true" /> Cancel
          </button>
        ) : null}
      </div>
    </header>
  )
}
