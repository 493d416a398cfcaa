const utf8 = new TextEncoder()

/** FNV-1a with 32 bits over UTF-8 (http://www.isthe.com/chongo/tech/comp/fnv/): fast, and not secure against attackers. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
