import {readFile} from 'node:fs/promises'
import {onFileError} from '../../shared/file-error.ts'

/**
 * How many descriptors this process may have open; undefined where the system does not say, or has no limit. Node
 * raises its soft limit to the hard one at start.
 */
export async function openFilesLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(onFileError(undefined))
  if (limits !== undefined) return parseLimit(limits.match(/^Max open files\s+(\S+)/m)?.[1])
  // Elsewhere Node's diagnostic report has it; without the network part it takes milliseconds.
  Object.assign(process.report, {excludeNetwork: true})
  const report: unknown = process.report.getReport()
  return parseLimit(JSON.stringify(report).match(/"open_files":\{"soft":"?(\d+|unlimited)/)?.[1])
}

function parseLimit(text: string | undefined): number | undefined {
  const limit = Number(text)
  return Number.isInteger(limit) && limit > 0 ? limit : undefined
}
