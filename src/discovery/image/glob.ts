/** Does the pattern hold a wildcard? */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/**
 * Does the whole text match the pattern? `*` stands for any run of characters, `/` among them, and `?` for exactly one;
 * every other character stands for itself, because names of contexts hold `/ : @ . [ {`.
 *
 * One position to come back to is enough: a later `*` never needs an earlier one to take more. So the time is at most
 * length of pattern × length of text, whatever they hold.
 */
export function globMatches(pattern: string, text: string): boolean {
  const wanted = [...pattern]
  const given = [...text]
  let at = 0
  let star = -1
  let afterStar = 0
  for (let i = 0; i < given.length; ) {
    if (wanted[at] === '*') {
      star = at++
      afterStar = i
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[i])) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++afterStar
    } else {
      return false
    }
  }
  return wanted.slice(at).every((char) => char === '*')
}
