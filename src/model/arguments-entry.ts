/** What the command was asked to do, as it was understood: never credentials, never the environment. */
export type ArgumentsEntry = Readonly<Record<string, string | number | boolean | readonly string[] | null>>
