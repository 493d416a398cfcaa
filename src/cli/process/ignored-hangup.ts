import {readFileSync} from 'node:fs'
import {basename} from 'node:path'

const hangup = 1n

/**
 * Whether this process was started with hang-up ignored (`nohup`, `trap '' HUP`). Node.js resets every signal
 * to its default when it starts, so this is visible only from outside: in the command that a shell puts into `_`, or in
 * the parent, which ignores it, too. On systems other than Linux only the former is visible.
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
