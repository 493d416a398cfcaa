import {defineConfig} from 'vitest/config'

const common = {disableConsoleIntercept: true, testTimeout: 30_000, hookTimeout: 60_000}

export default defineConfig({
  test: {
    projects: [
      {test: {...common, name: 'unit', include: ['src/**/*.test.ts']}},
      {
        test: {
          ...common,
          name: 'stories',
          include: [
            'test/*.test.ts',
            'test/{stories,golden,support,kubeconfig,soak}/**/*.test.ts',
            'test/contracts/sandbox.contract.test.ts',
          ],
        },
      },
      {
        test: {
          ...common,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts', 'test/contracts/real.contract.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Every file starts API servers of its own, and two cores do not carry two files' worth.
          fileParallelism: false,
        },
      },
    ],
  },
})
