/** What the platform knows of a request, the same of Express' and of Fastify's. */
export interface PlatformRequest {
  readonly headers: { readonly authorization?: string };
  /** Whose session it carries; left here by the session guard. */
  customerId?: number;
}
