/** Collects what must be ended, and ends it in reverse order. A failing one does not stop the others: the first error is thrown at the end. */
export interface Disposables {
  add<T extends (() => void | Promise<void>) | Disposable | AsyncDisposable>(item: T): T
  dispose(): Promise<void>
}

export function createDisposables(): Disposables {
  const items: Array<() => void | PromiseLike<void>> = []
  let ended: Promise<void> | undefined
  const end = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const item of items.splice(0).toReversed()) {
      try {
        await item()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
  return {
    add(item) {
      items.push(() => {
        if (typeof item === 'function') return item()
        return Symbol.asyncDispose in item ? item[Symbol.asyncDispose]() : item[Symbol.dispose]()
      })
      return item
    },
    dispose: () => (ended ??= end()),
  }
}
