/** What is said where the answer was No before anything was written; `because` is a clause, and absent for a plain No. */
export function declinedSentence(because?: string): string {
  return because === undefined ? 'Declined; nothing was written.' : `Declined: ${because}. Nothing was written.`
}
