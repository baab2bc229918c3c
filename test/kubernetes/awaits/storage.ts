import type { Await } from "./look";

/** PersistentVolumeClaim: bound, or of a class that binds with the first pod. */
export const claim: Await = {
  defaultSeconds: 300,
  notReady: async ({ api, live }) => {
    if (live.status?.phase === "Bound") {
      return [];
    }
    const name = live.spec.storageClassName;
    const storageClass =
      name && (await api.find({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name }));
    return storageClass?.volumeBindingMode === "WaitForFirstConsumer"
      ? []
      : [`PersistentVolumeClaim is not bound: ${live.status?.phase}`];
  },
};

/** PersistentVolume: there to be bound. */
export const volume: Await = {
  defaultSeconds: 300,
  notReady: async ({ live }) =>
    /^(Available|Bound)$/.test(live.status?.phase)
      ? []
      : [`PersistentVolume is not available: ${live.status?.phase}`],
};
