import {expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {rolloutStatusCommand} from './kubectl-command.ts'

test.each([
  {context: 'prod-eu', typed: 'prod-eu'},
  {context: 'arn:aws:eks:eu-1:42:cluster/prod', typed: 'arn:aws:eks:eu-1:42:cluster/prod'},
  {context: 'admin@prod', typed: 'admin@prod'},
  {context: 'prod; rm -rf ~', typed: "'prod; rm -rf ~'"},
  {context: "it's", typed: String.raw`'it'\''s'`},
  {context: '', typed: "''"},
])('context $context is typed as $typed', ({context, typed}) => {
  const command = rolloutStatusCommand(targetOf('web', 'eu-1', {context, kind: 'StatefulSet'}))
  expect(command).toBe(`kubectl --context ${typed} -n shop rollout status statefulset/web`)
})
