import {contextsSource} from '../../discovery/contexts-source.ts'
import type {DiscoveryDeps} from '../../discovery/discover.ts'
import {fileSource} from '../../discovery/from-file/file-source.ts'
import type {RecordedTargets} from '../../discovery/from-ledger/find-recorded.ts'
import {ledgerSource} from '../../discovery/from-ledger/ledger-source.ts'
import {type RecordedClusters, recordedClustersSource} from '../../discovery/from-ledger/recorded-clusters-source.ts'
import {type RecordsRequest, recordsSource} from '../../discovery/from-ledger/records-source.ts'
import {imageSource} from '../../discovery/image-source.ts'
import type {ImageQuery} from '../../image/image-query.ts'
import type {Source} from '../../model/source.ts'
import type {Clusters} from '../clusters.ts'
import type {Selection} from './selection.ts'
import type {TargetsFile} from './targets-file/open-targets.ts'

/** Where the targets of a run come from, as data. */
export type SourceRequest =
  | {readonly from: 'image'; readonly query: ImageQuery; readonly selection: Selection}
  | FileRequest
  | {readonly from: 'contexts'}
  | {readonly from: 'recorded-clusters'; readonly recorded: Omit<RecordedClusters, 'contexts'>}
  | {readonly from: 'ledger'; readonly recorded: Omit<RecordedTargets, 'contexts'>}
  | ({readonly from: 'records'} & RecordsRequest)

interface FileRequest extends TargetsFile, Pick<Selection, 'kinds' | 'namespaces'> {
  readonly from: 'file'
  readonly query: ImageQuery
  /** Contexts were selected, too: only their targets are acted on. */
  readonly contextsSelected: boolean
}

/** The source in the selected contexts. */
export function openSource(request: SourceRequest, {selected, leftOut, all}: Clusters, reading: DiscoveryDeps): Source {
  switch (request.from) {
    case 'image': {
      const {query, selection} = request
      return imageSource({...selection, query, contexts: selected, contextsLeftOut: leftOut, writes: true}, reading)
    }
    case 'file': {
      const others = request.contextsSelected ? selected : all
      const known = new Set(all.map(({name}) => name))
      return fileSource({...request, contexts: selected, known, others}, reading)
    }
    case 'contexts':
      return contextsSource({contexts: selected, contextsLeftOut: leftOut}, reading)
    case 'recorded-clusters':
      return recordedClustersSource({...request.recorded, contexts: selected}, reading)
    case 'ledger':
      return ledgerSource({...request.recorded, contexts: selected}, reading)
    case 'records':
      return recordsSource(request)
    default:
      return request satisfies never
  }
}
