import {hostname, userInfo} from 'node:os'
import type {LocalUser} from '../../model/actor.ts'
import {externalText} from '../../shared/external-text.ts'

const longest = 80

/** The account of this process, by its uid: every user can set `USER` and `LOGNAME`. */
export function localUser(env: Readonly<Record<string, string | undefined>>): LocalUser {
  const sudoUser = known(env.SUDO_USER)
  const host = known(hostname()) ?? 'an unknown host'
  try {
    const {username, uid} = userInfo()
    return {name: known(username), uid: uid < 0 ? null : uid, sudoUser, host}
  } catch {
    // No entry for this uid.
    return {name: null, uid: process.getuid?.() ?? null, sudoUser, host}
  }
}

function known(text: string | undefined): string | null {
  const shown = externalText(text ?? '', {maxLength: longest})
  return shown === '' ? null : shown
}
