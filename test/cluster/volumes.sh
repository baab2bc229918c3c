#!/bin/bash
# The provisioner of the StorageClass `standard`: a folder of the node for each claim, which every
# user may write. A volume stays until the cluster ends, whatever becomes of its claim.
set -eu
export KUBECONFIG=$1
columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,CLASS:.spec.storageClassName
columns+=,SIZE:.spec.resources.requests.storage,PHASE:.status.phase

# The API server ends a watch after 30 to 60 minutes.
while sleep 1; do
  kubectl get persistentvolumeclaims --all-namespaces --watch --no-headers --output "custom-columns=$columns" || true
done |
  while read -r namespace name class size phase; do
    [[ $class == standard && $phase == Pending ]] || continue
    folder=/var/lib/volumes/$namespace/$name
    mkdir -p "$folder"
    chmod 0777 "$folder"
    kubectl apply -f - <<MANIFEST
apiVersion: v1
kind: PersistentVolume
metadata: { name: "$namespace-$name" }
spec:
  capacity: { storage: "$size" }
  accessModes: [ReadWriteOnce, ReadOnlyMany, ReadWriteMany]
  storageClassName: standard
  claimRef: { namespace: "$namespace", name: "$name" }
  hostPath: { path: "$folder", type: Directory }
MANIFEST
  done
