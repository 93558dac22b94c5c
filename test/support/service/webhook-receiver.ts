import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

const WAIT_MS = 20_000;

/** A request as it came. */
export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface WebhookEventBody {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

type Answer = (response: ServerResponse) => void;

/** A server that owners have their webhooks sent to; each path is an endpoint. */
export class WebhookReceiver {
  private readonly received: ReceivedWebhook[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new WebhookReceiver(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void receiver.take(request, response));
    return receiver;
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** How a path answers from now on: with a status, or not at all. */
  answer(path: string, how: number | 'never'): void {
    this.answers.set(path, (response) => (how === 'never' ? undefined : void response.writeHead(how).end()));
  }

  at(path: string): ReceivedWebhook[] {
    return this.received.filter((one) => one.path === path);
  }

  /** Resolves once so many came to a path; to all of them. */
  async waitFor(path: string, count: number): Promise<ReceivedWebhook[]> {
    for (const until = Date.now() + WAIT_MS; Date.now() < until; await sleep(20)) {
      if (this.at(path).length >= count) return this.at(path);
    }
    throw new Error(`${this.at(path).length} of ${count} webhooks came to ${path}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const path = request.url ?? '';
    this.received.push({ path, headers: request.headers as Record<string, string>, body });
    (this.answers.get(path) ?? ((answer: ServerResponse) => void answer.writeHead(204).end()))(response);
  }
}

/** What was signed with a secret, as the reference library sees it; throws when it was not. */
export function verified(secret: string, { body, headers }: ReceivedWebhook): WebhookEventBody {
  return new Webhook(secret).verify(body, headers) as WebhookEventBody;
}
