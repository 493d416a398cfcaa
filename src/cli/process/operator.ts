import type {Runtime} from './runtime.ts'

/** Who is at work and on which machine, as this machine calls them. */
export interface Operator {
  /** Empty where it is not known. */
  readonly user: string
  readonly host: string
}

export function operatorOf({env, hostName}: Pick<Runtime, 'env' | 'hostName'>): Operator {
  return {user: env.USER ?? env.LOGNAME ?? env.USERNAME ?? '', host: hostName}
}

/** `ada on laptop-7` */
export function operatorWords(runtime: Pick<Runtime, 'env' | 'hostName'>): string {
  const {user, host} = operatorOf(runtime)
  return user === '' ? `somebody on ${host}` : `${user} on ${host}`
}
