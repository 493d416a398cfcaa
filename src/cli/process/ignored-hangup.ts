import {readFileSync} from 'node:fs'
import {basename} from 'node:path'

const hangup = 1n

/**
 * Was this process started so that a hang-up is to be ignored (`nohup`, `trap '' HUP`)? Node.js takes every signal back
 * to its default when it starts, so that it can only be seen from outside: by the command that a shell notes in `_`, or by
 * the parent, which ignores it, too. Off Linux only the former is seen.
 */
export function isHangupIgnored(env: Readonly<Record<string, string | undefined>>, parent: number): boolean {
  return basename(env._ ?? '') === 'nohup' || ignoresHangup(statusOf(parent))
}

/** @param status as of `/proc/PID/status`: signal N is bit N - 1 of `SigIgn`, in hexadecimal digits */
export function ignoresHangup(status: string): boolean {
  const mask = /^SigIgn:\s*([\da-f]{1,32})$/m.exec(status)?.[1]
  return mask !== undefined && (BigInt(`0x${mask}`) & hangup) !== 0n
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
