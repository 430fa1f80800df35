import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Actions } from '../api/actions.ts'
import type { AppState, AppStore } from './store.ts'

export interface AppServices {
  store: AppStore
  actions: Actions
}

export const AppContext = createContext<AppServices | null>(null)

export function useServices(): AppServices {
  const services = useContext(AppContext)
  if (!services) throw new Error('a panel stands outside AppContext')
  return services
}

export function useApp<Value>(select: (state: AppState) => Value): Value {
  return useStore(useServices().store, select)
}

export function useActions(): Actions {
  return useServices().actions
}
