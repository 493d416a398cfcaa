import {own} from '../../shared/own.ts'
import type {ApiObject} from '../api-object.ts'
import type {Resource} from '../objects/define-resource.ts'
import {listAt, objectAt} from '../patches/json.ts'
import {customTable} from './custom-table.ts'
import {plainTables} from './plain-tables.ts'
import {count, number, type TableKind, text, wide, word} from './table.ts'
import {age, containerNames, images, labelPairs, nodeRoles, podRow} from './table-cells.ts'

const templateColumns = [wide('Containers'), wide('Images'), wide('Selector')]

const size = (...parts: readonly unknown[]): number =>
  parts.reduce<number>((sum, part) => sum + Object.keys(objectAt(part)).length, 0)
const templateCells = (object: ApiObject): string[] => {
  const pod = objectAt(object.spec, 'template', 'spec')
  return [containerNames(pod), images(pod), labelPairs(objectAt(object.spec, 'selector', 'matchLabels'))]
}

const fallback: TableKind = {
  columns: [text('Name'), text('Age')],
  cells: (object, now) => [object.metadata.name, age(object, now)],
}

/** What `kubectl get` shows of each kind. Source: kubernetes/pkg/printers/internalversion/printers.go. */
const tables: Readonly<Record<string, TableKind>> = {
  ...plainTables,
  Deployment: {
    columns: [text('Name'), text('Ready'), text('Up-to-date'), text('Available'), text('Age'), ...templateColumns],
    cells: (object, now) => [
      object.metadata.name,
      `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
      count(object, 'status', 'updatedReplicas'),
      count(object, 'status', 'availableReplicas'),
      age(object, now),
      ...templateCells(object),
    ],
  },
  ReplicaSet: {
    columns: [text('Name'), number('Desired'), number('Current'), number('Ready'), text('Age'), ...templateColumns],
    cells: (object, now) => [
      object.metadata.name,
      count(object, 'spec', 'replicas'),
      count(object, 'status', 'replicas'),
      count(object, 'status', 'readyReplicas'),
      age(object, now),
      ...templateCells(object),
    ],
  },
  StatefulSet: {
    columns: [text('Name'), text('Ready'), text('Age'), wide('Containers'), wide('Images')],
    cells: (object, now) => [
      object.metadata.name,
      `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
      age(object, now),
      ...templateCells(object).slice(0, 2),
    ],
  },
  DaemonSet: {
    columns: [
      text('Name'),
      ...['Desired', 'Current', 'Ready', 'Up-to-date', 'Available'].map(number),
      text('Node Selector'),
      text('Age'),
      ...templateColumns,
    ],
    cells: (object, now) => [
      object.metadata.name,
      count(object, 'status', 'desiredNumberScheduled'),
      count(object, 'status', 'currentNumberScheduled'),
      count(object, 'status', 'numberReady'),
      count(object, 'status', 'updatedNumberScheduled'),
      count(object, 'status', 'numberAvailable'),
      labelPairs(objectAt(object.spec, 'template', 'spec', 'nodeSelector')),
      age(object, now),
      ...templateCells(object),
    ],
  },
  ControllerRevision: {
    columns: [text('Name'), text('Controller'), text('Revision'), text('Age')],
    cells: (object, now) => {
      const owner = object.metadata.ownerReferences?.find(({controller}) => controller === true)
      const controller = owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : '<none>'
      return [object.metadata.name, controller, count(object, 'revision'), age(object, now)]
    },
  },
  Pod: {
    columns: [
      ...['Name', 'Ready', 'Status', 'Restarts', 'Age'].map(text),
      ...['IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(wide),
    ],
    cells: podRow,
  },
  ConfigMap: {
    columns: [text('Name'), text('Data'), text('Age')],
    cells: (object, now) => [object.metadata.name, size(object.data, object.binaryData), age(object, now)],
  },
  Secret: {
    columns: [text('Name'), text('Type'), text('Data'), text('Age')],
    cells: (object, now) => [object.metadata.name, word(object, 'type'), size(object.data), age(object, now)],
  },
  Namespace: {
    columns: [text('Name'), text('Status'), text('Age')],
    cells: (object, now) => [object.metadata.name, word(object, 'status', 'phase'), age(object, now)],
  },
  Node: {
    columns: [
      ...['Name', 'Status', 'Roles', 'Age', 'Version'].map(text),
      ...['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'].map(wide),
    ],
    cells: (object, now) => {
      const info = objectAt(object.status, 'nodeInfo')
      const address = listAt(object.status, 'addresses').find(({type}) => type === 'InternalIP')?.address
      const isReady = listAt(object.status, 'conditions').some(
        ({type, status}) => type === 'Ready' && status === 'True',
      )
      return [
        object.metadata.name,
        isReady ? 'Ready' : 'NotReady',
        nodeRoles(object),
        age(object, now),
        String(info.kubeletVersion ?? ''),
        String(address ?? '<none>'),
        '<none>',
        ...['osImage', 'kernelVersion', 'containerRuntimeVersion'].map((field) => String(info[field] ?? '<unknown>')),
      ]
    },
  },
  Event: {
    columns: [
      ...['Last Seen', 'Type', 'Reason', 'Object'].map(text),
      ...['Subobject', 'Source'].map(wide),
      text('Message'),
      ...['First Seen', 'Count', 'Name'].map(wide),
    ],
    cells: (object, now) => {
      const {kind, name, fieldPath = ''} = objectAt(object.involvedObject)
      const since = (time: unknown): string => age({metadata: {name: '', creationTimestamp: String(time)}}, now)
      return [
        since(object.lastTimestamp),
        word(object, 'type'),
        word(object, 'reason'),
        `${String(kind).toLowerCase()}/${String(name)}`,
        String(fieldPath),
        word(object, 'source', 'component'),
        word(object, 'message').trim(),
        since(object.firstTimestamp),
        count(object, 'count'),
        object.metadata.name,
      ]
    },
  },
  Lease: {
    columns: [text('Name'), text('Holder'), text('Age')],
    cells: (object, now) => [object.metadata.name, word(object, 'spec', 'holderIdentity'), age(object, now)],
  },
}

export function tableOf({kind, custom}: Resource): TableKind {
  return custom === undefined ? (own(tables, kind) ?? fallback) : customTable(custom)
}
