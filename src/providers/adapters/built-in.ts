import type { BlobStore } from '../../blobs/blob-store';
import type { Clock } from '../../common/clock';
import type { ProviderAdapter } from '../contract/adapter';
import type { ProvidersModuleOptions } from '../providers.module-definition';
import { createOpenAiAdapter } from './openai/openai.adapter';
import { SandboxAdapter } from './sandbox/sandbox.adapter';

/** The one list of adapters: those of the built-in that are configured. */
export function builtInAdapters(options: ProvidersModuleOptions, blobs: BlobStore, clock: Clock): ProviderAdapter[] {
  const { openai } = options.credentials ?? {};
  return [
    ...(options.sandbox ? [new SandboxAdapter(blobs, clock)] : []),
    ...(openai ? [createOpenAiAdapter(openai, options.timeoutMs)] : []),
  ];
}
