import type { z } from 'zod';
import { isNotFound, ProviderCallError } from '../contract/errors';
import { UpstreamClient, type UpstreamClientOptions } from './upstream-client';

const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** The calls that adapters have in common: shapes checked on entry, ids checked before they enter a path. */
export class UpstreamApi {
  readonly client: UpstreamClient;
  private readonly provider: string;

  constructor(options: UpstreamClientOptions) {
    this.provider = options.provider;
    this.client = new UpstreamClient(options);
  }

  /** An id from upstream goes into a path only when it can mean nothing else there. */
  safe(id: string): string {
    if (SAFE_ID.test(id)) return id;
    throw new ProviderCallError(this.provider, 'rejected', 'The provider gave an id of unknown form');
  }

  /** An answer of unknown shape leaves open what was done. */
  parse<T>(wire: z.ZodType<T>, answer: unknown): T {
    const parsed = wire.safeParse(answer);
    if (parsed.success) return parsed.data;
    const message = 'The provider answered in a shape that we do not know';
    throw new ProviderCallError(this.provider, 'ambiguous', message, {}, { cause: parsed.error });
  }

  async get<T>(wire: z.ZodType<T>, path: string, signal: AbortSignal): Promise<T> {
    return this.parse(wire, await this.client.getJson(path, signal));
  }

  /** Creates what `body` describes. */
  async create<T>(wire: z.ZodType<T>, path: string, body: unknown, signal: AbortSignal): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const call = { method: 'POST', path, headers, body: JSON.stringify(body), takesLong: true, signal } as const;
    return this.parse(wire, await this.client.json(call));
  }

  /** What was asked for, or null when the provider does not have it. */
  async ifThere<T>(asked: Promise<T>): Promise<T | null> {
    try {
      return await asked;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** Removes what is there; safe to repeat. */
  async remove(path: string, signal: AbortSignal): Promise<void> {
    await this.client.headersOf({ method: 'DELETE', path, signal }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  /** Asks a job to stop. Refused, it has ended already: the next poll tells how. */
  async stop(path: string, signal: AbortSignal): Promise<void> {
    await this.client.postJson(path, {}, signal).catch((error: unknown) => {
      if (!(error instanceof ProviderCallError && error.failure === 'rejected')) throw error;
    });
  }
}
