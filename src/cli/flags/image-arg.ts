import {Args} from '@oclif/core'

/** IMAGE. oclif would read one that is missing from stdin, and so act on a line of the input of a shell loop. */
export const imageArg = Args.string({
  name: 'IMAGE',
  required: true,
  ignoreStdin: true,
  description: 'Reference, repository, tag glob or digest.',
})

/** The same where it may be left out. */
export const optionalImageArg = Args.string({
  name: 'IMAGE',
  ignoreStdin: true,
  description: 'Reference, repository, tag glob or digest. Without it, CMD runs once per context.',
})
