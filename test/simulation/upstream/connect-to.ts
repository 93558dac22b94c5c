import { Agent, type Dispatcher } from 'undici';
import type { ProviderAdapter } from '../../../src/providers/contract/adapter';

/** What all built-in adapters hold, and keep to themselves; one that stands around another, to measure or to translate, holds that. */
interface Connected {
  readonly adapter?: Connected;
  readonly api?: { readonly client?: { dispatcher?: Dispatcher } };
}

/** Has an adapter send its requests by that dispatcher, in place of its sockets. */
export function connectTo(adapter: ProviderAdapter, dispatcher: Dispatcher): void {
  let connected = adapter as Connected;
  while (connected.adapter) connected = connected.adapter;
  const { client } = connected.api ?? {};
  if (!(client?.dispatcher instanceof Agent))
    throw new Error(`The adapter ${adapter.id} sends by nothing that is known`);
  client.dispatcher = dispatcher;
}
