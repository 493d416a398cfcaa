import {Args} from '@oclif/core'

/** IMAGE. oclif would read one that is missing from stdin, and so act on a line of the input of a shell loop. */
export const imageArg = Args.string({
  name: 'IMAGE',
  required: true,
  ignoreStdin: true,
  description: 'Reference, repository, tag glob or digest.',
})
