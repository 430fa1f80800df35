import type { ReactElement } from 'react'
import { useApp, useServices } from '../../app/context.ts'

/** Every model that the configuration names, for all roles at once; else each role keeps its own. */
export function ModelSelect({ taskKey, fixed }: { taskKey: string; fixed: boolean }): ReactElement {
  const { store } = useServices()
  const models = useApp((state) => state.models)
  const model = useApp((state) => state.choices.get(taskKey)?.model)
  const names = [...new Set(Object.values(models?.roles ?? {}).flatMap((chain) => chain.map((entry) => entry.model)))]
  const usual = models?.roles['smart']?.[0]?.model
  return (
    <select className="select" aria-label="Model" title="The model of every role" disabled={fixed} value={model ?? ''} onChange={(event) => store.getState().chooseModel(taskKey, event.target.value || null)}>
      <option value="">{taskKey !== '' ? 'Models of this task' : usual === undefined ? 'Configured model' : `Configured: ${usual}`}</option>
      {names.map((name) => (
        <option key={name} value={name}>{name}</option>
      ))}
    </select>
  )
}
