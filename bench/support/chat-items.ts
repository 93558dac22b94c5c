import { seeded } from './seeded';

const SEED = 20_261_126;
/** Different items; the rest repeats them under ids of its own, so that a million take no memory. */
const DISTINCT = 2_000;
const PER_CHUNK = 512;
const COMMA = Buffer.from(',');
const WORDS = (
  'the customer writes that order was delivered late and asks for refund please classify summary in one sentence keep ' +
  'tone polite answer only with JSON label confidence between zero and one ticket from support queue priority invoice'
).split(' ');
/** What real prompts hold beside words: line ends, quotes, tabs, a path, letters and signs beyond ASCII. */
const SPICE = ['\n', '\n\n', '"quoted"', '\t', 'C:\\temp\\a.txt', 'Grüße aus Köln', '東京', '— €19.90', '🙂', 'naïve'];
const SPICED = 0.06;
const [SHORTEST, LONGEST] = [4, 50];
const SYSTEM = 'You triage support tickets. Reply with JSON: {"queue": "…", "urgency": 1-4}. Never promise a refund.';

/** Requests as callers send them, about 500 bytes each and of varied length. The same arguments make the same bytes. */
export class ChatItems {
  private readonly tails: Buffer[];

  constructor(model: string) {
    const random = seeded(SEED);
    this.tails = Array.from({ length: DISTINCT }, () => Buffer.from(JSON.stringify(itemRest(model, random)).slice(1)));
  }

  /** The JSON of item `index`, whose `custom_id` is its own. */
  item(index: number): Buffer {
    const head = Buffer.from(`{"custom_id":"ticket-${String(index).padStart(7, '0')}",`);
    return Buffer.concat([head, this.tails[(index * 7919) % DISTINCT] ?? Buffer.alloc(0)]);
  }

  /** A create's body with `count` items, in pieces of some hundred KB. */
  *bodyPieces(count: number): Generator<Buffer> {
    yield Buffer.from('{"requests":[');
    for (let first = 0; first < count; first += PER_CHUNK) {
      const items = Array.from({ length: Math.min(PER_CHUNK, count - first) }, (_, at) => this.item(first + at));
      yield Buffer.concat(items.flatMap((item, at) => (first + at === 0 ? [item] : [COMMA, item])));
    }
    yield Buffer.from(']}');
  }

  body(count: number): Buffer {
    return Buffer.concat([...this.bodyPieces(count)]);
  }

  /** The same items a line each, as an upload for OpenAI. */
  lines(count: number): Buffer {
    const newline = Buffer.from('\n');
    return Buffer.concat(Array.from({ length: count }, (_, index) => [this.item(index), newline]).flat());
  }
}

function itemRest(model: string, random: () => number): object {
  return {
    method: 'POST',
    url: '/v1/chat/completions',
    body: {
      model,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: promptOf(random) },
      ],
      temperature: Math.round(random() * 10) / 10,
      max_tokens: 64 + Math.floor(random() * 200),
    },
  };
}

function promptOf(random: () => number): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const count = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST));
  return Array.from({ length: count }, () => pick(random() < SPICED ? SPICE : WORDS)).join(' ');
}
