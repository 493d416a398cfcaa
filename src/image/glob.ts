/** Does the pattern contain a wildcard? */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/**
 * Does the whole text match the pattern? `*` matches any run of characters, `/` among them, and `?` exactly one;
 * every other character is literal, because names of contexts contain `/ : @ . [ {`.
 *
 * One position for backtracking is enough: a later `*` never requires an earlier one to match more. So the time is at most
 * length of pattern × length of text, with any content.
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
