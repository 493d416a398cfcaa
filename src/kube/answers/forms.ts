const json = 'application/json'

/** Only the metadata of an object, or of each object of a list; servers without this form send whole objects. */
export const forms = {
  metadata: `${json};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${json}`,
  metadataList: `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${json}`,
  /** One table row for each object, as `kubectl get` shows them; servers without this form send the objects. */
  table: `${json};as=Table;g=meta.k8s.io;v=v1,${json}`,
}
