const json = 'application/json'

/** Only the metadata of an object, or of each object of a list; from a server that does not know it, all of it. */
export const forms = {
  metadata: `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${json}`,
  metadataList: `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${json}`,
  /** One row of words for each object, as `kubectl get` shows them; from a server that does not know it, the objects. */
  table: `${json};as=Table;g=meta.k8s.io;v=v1,${json}`,
}
