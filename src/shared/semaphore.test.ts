import {expect, test} from 'vitest'
import {createSemaphore} from './semaphore.ts'

test('no more than the limit run, in the order in which they came, also when some fail', async () => {
  const semaphore = createSemaphore(2)
  const started: number[] = []
  const gates = [...Array(6)].map(() => Promise.withResolvers<number>())
  const run = (index: number) =>
    semaphore(() => {
      started.push(index)
      return gates[index]?.promise ?? Promise.resolve(0)
    }).catch(() => -1)
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  const tasks = [0, 1, 2, 3].map(run)
  await turn()
  expect(started).toEqual([0, 1])
  gates[1]?.reject(new Error('failed'))
  await turn()
  expect(started).toEqual([0, 1, 2])
  tasks.push(run(4), run(5))
  await turn()
  expect(started).toEqual([0, 1, 2])
  gates[0]?.resolve(0)
  gates[2]?.resolve(2)
  await turn()
  expect(started).toEqual([0, 1, 2, 3, 4])
  for (const gate of gates) gate.resolve(1)
  expect(await Promise.all(tasks)).toEqual([0, -1, 2, 1, 1, 1])
  expect(started).toEqual([0, 1, 2, 3, 4, 5])
})
