import type { IncomingHttpHeaders } from 'node:http';

export const SCOPES = ['batches:read', 'batches:write'] as const;
/** What a caller may do: read batches and files, or also create and cancel. */
export type Scope = (typeof SCOPES)[number];

/** On whose behalf a request acts. */
export interface Owner {
  /** Stable and opaque; batches and limits hang on it. */
  readonly id: string;
  readonly scopes: readonly Scope[];
}

/**
 * What a login may look at: the request as the host's framework knows it, with whatever the host's own guards and middleware
 * left on it. A resolver may name its framework's class, such as Express's `Request`, as the parameter of `resolve`.
 */
export interface LoginRequest {
  readonly headers: IncomingHttpHeaders;
  /** The client's address as the framework tells it, by its own settings for proxies. */
  readonly ip?: string;
}

/** Tells who is calling. A host platform puts its own login here. */
export abstract class OwnerResolver {
  /** Throws `UnauthorizedError` or `ForbiddenError`, or Nest's own exceptions of that kind; must not read the body. */
  abstract resolve(request: LoginRequest): Promise<Owner>;
}
