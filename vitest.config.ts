import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{electron,shared,renderer,tests}/**/*.test.ts', '{electron,shared,renderer,tests}/**/*.test.tsx'],
    exclude: ['node_modules/**', 'out/**', 'tests/e2e/**', '**/fixtures/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    restoreMocks: true,
  },
})
