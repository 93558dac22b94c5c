import type { IncomingMessage } from 'node:http';

export const SCOPES = ['batches:read', 'batches:write'] as const;
/** What a caller may do: read batches and files, or also create and cancel. */
export type Scope = (typeof SCOPES)[number];

/** On whose behalf a request acts. */
export interface Owner {
  /** Stable and opaque; batches and limits hang on it. */
  readonly id: string;
  readonly scopes: readonly Scope[];
}

/** Tells who is calling. A host platform puts its own login here. */
export abstract class OwnerResolver {
  /** Throws a {@link MeshbatchError} `unauthorized` or `forbidden`; must not read the body. */
  abstract resolve(request: IncomingMessage): Promise<Owner>;
}
