/**
 * A kind of model source. What `check` says, and the messages of errors that `resolve`, `open` and
 * `fetch` throw, go on from `is "SOURCE": `, and tell what is wrong and what to do.
 */
export interface SourceKind {
  /** How a source of this kind begins, such as `s3://`. */
  readonly prefix: string;
  /** How to write one, such as `s3://BUCKET/PREFIX`. */
  readonly form: string;
  /** What is wrong with the text of a source, without a network; empty if nothing is. */
  check(source: string): string[];
  /**
   * Asks what the source is at this moment. A client that takes long to load is imported here and not
   * at the top of a file.
   *
   * @throws Error where there is no such thing, or it may not be read
   */
  resolve(source: string): Promise<ResolvedSource>;
}

/** What a source is at one moment: it never changes. */
export interface ResolvedSource {
  /** The source with its revision in place of what moves (an alias, a branch); holds no secret. */
  readonly source: string;
  /** What tells this content from any other: a digest, a commit, a hash of ETags or generations. */
  readonly revision: string;
  /** Number of the model version, where the source has one. @default - see `changed` */
  readonly version?: string;
  /**
   * When it was made; in Unix seconds it is the number of a version that has no other.
   * @default - such a version is number 1
   */
  readonly changed?: Date;
  /**
   * Folder in the content that holds the SavedModel or its versions, such as `data/model`.
   * @default - found by where saved_model.pb lies
   */
  readonly root?: string;
  /** Its files, an archive of them, or a way of its own to fetch them into a folder. */
  readonly content: SourceContent;
}

/** How the files of a source are had. */
export type SourceContent =
  | { readonly files: readonly RemoteFile[] }
  | { readonly archive: RemoteFile }
  /** Fetches them into an empty folder. */
  | { readonly fetch: (folder: string) => Promise<void> };

/** A file that can be read over a network. */
export interface RemoteFile {
  /** Path below the model, with "/"; the name of an archive says how it is packed. */
  readonly path: string;
  /** Bytes. @default - not known before it is read */
  readonly size?: number;
  /**
   * What tells this content of it from any other: an ETag, a generation. Of a source with several
   * versions of a model only the files of those that are served count then.
   * @default - the revision of the source does
   */
  readonly revision?: string;
  /** What it has to be when it is there. @default - its size decides */
  readonly digest?: FileDigest;
  /**
   * Reads it from a byte on; a server that cannot do that begins at 0, and `from` says so.
   *
   * @throws Error if it is no longer the file that was resolved
   */
  open(from: number): Promise<{ from: number; body: NodeJS.ReadableStream }>;
}

/** Digest of a file. */
export interface FileDigest {
  readonly algorithm: "sha256" | "md5";
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}
