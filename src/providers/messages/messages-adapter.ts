import type {
  Attempt,
  Endpoint,
  ItemOutcome,
  ProviderAdapter,
  ProviderCapabilities,
  RemoteBatch,
  StagedLines,
  StoredItem,
  TargetModel,
  UnsupportedField,
} from '../contract/adapter';
import { checkParams } from './check-params';
import { paramsPath } from './params-path';
import { toChat, type Chat } from './to-chat';
import { toMessageOutcome } from './to-message-outcome';

const MESSAGES: Endpoint = '/v1/messages';
const CHAT: Endpoint = '/v1/chat/completions';

/** The endpoints with `/v1/messages` among them wherever chat completions are, since one is translated to the other. */
export function withMessages(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return endpoints.includes(CHAT) && !endpoints.includes(MESSAGES) ? [...endpoints, MESSAGES] : endpoints;
}

/** The adapter itself where it takes `/v1/messages`, or no chat completions; else one that takes it by way of these. */
export function takingMessages(adapter: ProviderAdapter): ProviderAdapter {
  const { endpoints } = adapter.capabilities;
  return withMessages(endpoints) === endpoints ? adapter : new MessagesAdapter(adapter);
}

/** Any adapter that has chat completions, with `/v1/messages` translated to them and their answers back. */
class MessagesAdapter implements ProviderAdapter {
  readonly capabilities: ProviderCapabilities;

  constructor(private readonly adapter: ProviderAdapter) {
    const { capabilities } = adapter;
    const { endpoints, translated = [] } = capabilities;
    this.capabilities = {
      ...capabilities,
      endpoints: withMessages(endpoints),
      translated: [...translated, MESSAGES],
    };
  }

  get id(): string {
    return this.adapter.id;
  }

  /** What a chat completion cannot say; else what the provider cannot honour of it, where that stands in the params. */
  check(item: StoredItem, model: TargetModel): readonly UnsupportedField[] {
    if (item.endpoint !== MESSAGES) return this.adapter.check(item, model);
    const refused = checkParams(item.body, model.traits, this.capabilities.maxStopSequences);
    if (refused.length > 0) return refused;
    const { body, messages } = this.toChat(item, model);
    return this.adapter
      .check({ endpoint: CHAT, body }, model)
      .map(({ path, message }) => ({ path: paramsPath(path, messages), message }));
  }

  encode(item: StoredItem, itemId: string, model: TargetModel): Buffer {
    if (item.endpoint !== MESSAGES) return this.adapter.encode(item, itemId, model);
    return this.adapter.encode({ endpoint: CHAT, body: this.toChat(item, model).body }, itemId, model);
  }

  stage(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<string | null> {
    return this.adapter.stage(sent(attempt), lines, signal);
  }

  submit(attempt: Attempt, lines: StagedLines, signal: AbortSignal): Promise<RemoteBatch> {
    return this.adapter.submit(sent(attempt), lines, signal);
  }

  find(attempt: Attempt, signal: AbortSignal): Promise<RemoteBatch | null> {
    return this.adapter.find(sent(attempt), signal);
  }

  poll(remoteId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return this.adapter.poll(remoteId, signal);
  }

  results(remoteId: string, signal: AbortSignal, endpoint: Endpoint): AsyncIterable<ItemOutcome> {
    if (endpoint !== MESSAGES) return this.adapter.results(remoteId, signal, endpoint);
    return translated(this.adapter.results(remoteId, signal, CHAT));
  }

  cancel(remoteId: string, signal: AbortSignal): Promise<void> {
    return this.adapter.cancel(remoteId, signal);
  }

  withdraw(attempt: Attempt, signal: AbortSignal): Promise<void> {
    return this.adapter.withdraw(sent(attempt), signal);
  }

  cleanup(attempt: Attempt, remoteId: string, signal: AbortSignal): Promise<void> {
    return this.adapter.cleanup(sent(attempt), remoteId, signal);
  }

  private toChat({ body }: StoredItem, { traits }: TargetModel): Chat {
    return toChat(body, { traits, answerLimit: this.capabilities.answerLimit });
  }
}

/** The attempt as the provider sees it. */
function sent(attempt: Attempt): Attempt {
  return attempt.endpoint === MESSAGES ? { ...attempt, endpoint: CHAT } : attempt;
}

async function* translated(outcomes: AsyncIterable<ItemOutcome>): AsyncGenerator<ItemOutcome> {
  for await (const outcome of outcomes) yield toMessageOutcome(outcome);
}
