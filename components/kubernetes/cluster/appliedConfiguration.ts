/** Which fields of an object somebody owns: `f:` a field, `k:` and `v:` items of a list, `.` itself. */
export interface FieldsV1 {
  [path: string]: FieldsV1;
}

/** An object as the API server has it, whatever this version's types know of it. */
export interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    generation: number;
    annotations?: Record<string, string>;
    managedFields?: {
      manager: string;
      operation: string;
      subresource?: string;
      fieldsV1?: FieldsV1;
    }[];
  };
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** How a manager sets fields: by server-side apply, or by any other request. */
export type Operation = "Apply" | "Update";

/** Who declared an object, and what of it. */
export interface AppliedConfiguration {
  manager: string;
  operation: Operation;
  manifest: Manifest;
}

/** What is declared of an object. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: Record<string, unknown>;
}

/**
 * The manifest of a Deployment as far as it is its creator's: of who owns its selector, which never
 * changes. Server-side apply of the same manifest under the same name gives back the very object,
 * with every field owned as before: an undo that the creator's next apply does not conflict with.
 *
 * @returns undefined where nobody owns the selector
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function appliedConfiguration(live: LiveObject): AppliedConfiguration | undefined {
  const creators = (live.metadata.managedFields ?? []).filter(
    ({ subresource, fieldsV1 }) =>
      !subresource && fieldsV1?.["f:spec"]?.["f:selector"] !== undefined,
  );
  // What was created without apply is an update of the creator's until the first apply.
  const creator = creators.find(({ operation }) => operation === "Apply") ?? creators[0];
  if (creator?.fieldsV1 === undefined) {
    return undefined;
  }
  const { apiVersion, kind, metadata } = live;
  const owned = ownedPart(live, creator.fieldsV1) as Manifest;
  return {
    manager: creator.manager,
    operation: creator.operation === "Apply" ? "Apply" : "Update",
    manifest: {
      apiVersion,
      kind,
      metadata: { ...owned.metadata, name: metadata.name, namespace: metadata.namespace },
      spec: owned.spec,
    },
  };
}

/**
 * The part of a value that is owned. A field without any below it is owned whole.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/#ObjectMeta
 */
export function ownedPart(value: unknown, fields: FieldsV1): unknown {
  if (Object.keys(fields).length === 0) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => ownedItem(item, index, fields));
  }
  const source = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields)
      .map(([path, below]): [string, FieldsV1] => [path.slice(2), below])
      .filter(([name]) => source[name] !== undefined && source[name] !== null)
      .map(([name, below]) => [name, ownedPart(source[name], below)]),
  );
}

function ownedItem(item: unknown, index: number, fields: FieldsV1): unknown[] {
  for (const [path, below] of Object.entries(fields)) {
    const text = path.slice(2);
    if (path.startsWith("k:")) {
      const keys = JSON.parse(text) as Record<string, unknown>;
      const source = item as Record<string, unknown>;
      if (Object.entries(keys).every(([key, wanted]) => source[key] === wanted)) {
        return [{ ...keys, ...(ownedPart(item, below) as object) }];
      }
    } else if (path.startsWith("v:") && JSON.stringify(item) === JSON.stringify(JSON.parse(text))) {
      return [item];
    } else if (path === `i:${index}`) {
      return [ownedPart(item, below)];
    }
  }
  return [];
}
