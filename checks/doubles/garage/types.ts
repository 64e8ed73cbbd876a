/** The shapes that the double's modules (plain JavaScript) pass to each other. Nothing here runs in the image. */

export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  readonly owner: boolean;
}

export interface Key {
  readonly id: string;
  /** Undefined once it is deleted: the id stays, because it can never return. */
  readonly secret?: string | undefined;
  readonly name: string;
  readonly created: string;
  readonly expiration: string | null;
  readonly createBucket: boolean;
}

export interface CorsRule {
  readonly ID?: string | undefined;
  readonly MaxAgeSeconds?: number | undefined;
  readonly AllowedOrigin: readonly string[];
  readonly AllowedMethod: readonly string[];
  readonly AllowedHeader: readonly string[];
  readonly ExposeHeader: readonly string[];
}

export interface Website {
  readonly indexDocument: string;
  readonly errorDocument: string | null;
}

export interface Bucket {
  readonly id: string;
  readonly created: string;
  readonly globalAliases: readonly string[];
  readonly localAliases: readonly { readonly accessKeyId: string; readonly alias: string }[];
  readonly keys: Readonly<Record<string, Permissions>>;
  readonly website?: Website | undefined;
  readonly cors?: readonly CorsRule[] | undefined;
  readonly lifecycle?: readonly unknown[] | undefined;
  readonly quotas: { readonly maxSize: number | null; readonly maxObjects: number | null };
}

export interface Blob {
  readonly name: string;
  readonly size: number;
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
  readonly modified: number;
  readonly size: number;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly blobs: readonly Blob[];
}

export interface Part {
  readonly etag: string;
  readonly modified: number;
  readonly blob: Blob;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly created: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, Part>>;
}

export interface Role {
  readonly zone: string;
  readonly tags: readonly string[];
  readonly capacity: number | null;
}

export type RoleChange = { readonly id: string } & (Role | { readonly remove: true });

export interface LayoutParameters {
  readonly zoneRedundancy: "maximum" | { readonly atLeast: number };
}

export interface Layout {
  readonly version: number;
  readonly roles: Readonly<Record<string, Role>>;
  readonly parameters: LayoutParameters;
  readonly partitionSize: number;
  readonly staged: readonly RoleChange[];
  readonly stagedParameters: LayoutParameters;
}

/** What is kept in the metadata directory. */
export interface Tables {
  readonly keys: Key;
  readonly buckets: Bucket;
  readonly objects: StoredObject;
  readonly uploads: Upload;
  readonly layout: Layout;
  readonly schema: number;
}

export interface Store {
  all<T extends keyof Tables>(table: T): Map<string, Tables[T]>;
  put<T extends keyof Tables>(table: T, key: string, value: Tables[T]): void;
  remove(table: keyof Tables, key: string): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  readonly metadataDir: string;
  readonly dataDir: string;
  readonly replicationFactor: number;
  readonly rpcSecret: string;
  readonly rpcBind: Address;
  readonly rpcPublic: string | undefined;
  readonly s3Bind: Address | undefined;
  readonly region: string;
  readonly s3RootDomain: string | undefined;
  readonly webBind: Address | undefined;
  readonly webRootDomain: string | undefined;
  readonly adminBind: Address | undefined;
  readonly adminToken: string | undefined;
  readonly metricsToken: string | undefined;
  readonly metricsRequireToken: boolean;
  readonly allowPunycode: boolean;
  readonly bootstrapPeers: readonly string[];
}

export interface Build {
  readonly version: string;
  readonly fault: "unhealthy" | null;
}

export interface Peer {
  readonly id: string;
  readonly address: string;
  readonly hostname: string;
  readonly version: string;
  readonly up: boolean;
  readonly seen: number;
}

/** What every part of a running node can see. */
export interface Node {
  readonly config: Config;
  readonly build: Build;
  readonly store: Store;
  readonly id: string;
  readonly peers: Map<string, Peer>;
  /** Changes that the other nodes have not got yet: table, key, value. */
  readonly outbox: (readonly [table: string, key: string, value: unknown])[];
}

export interface ApiRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string;
  readonly body: AsyncIterable<Buffer>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
}
