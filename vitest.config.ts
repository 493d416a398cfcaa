import {availableParallelism} from 'node:os'
import {defineConfig} from 'vitest/config'

const common = {disableConsoleIntercept: true, testTimeout: 30_000, hookTimeout: 60_000}

/** Stories mostly wait for the loopback interface, so that a core carries several of them. */
const beside = {...common, maxWorkers: Math.max(4, availableParallelism())}

export default defineConfig({
  test: {
    projects: [
      {test: {...beside, name: 'unit', include: ['src/**/*.test.ts']}},
      {
        test: {
          ...beside,
          name: 'stories',
          include: [
            'test/*.test.ts',
            'test/{stories,golden,support,kubeconfig,monitoring,soak,toy}/**/*.test.ts',
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
