import { DEFAULT_MAX_TOKENS } from './adapters/anthropic/options';
import type { CatalogModel } from './catalog/catalog';
import { completionWindows } from './contract/completion-windows';
import type { ListedProvider } from './listed-provider';

const MB = 1_000_000;

const HEAD = `# Providers

Written by \`npm run docs:providers\` from what the code knows; \`GET /v1/providers\` serves the same as JSON.

A provider is configured by \`<ID>_API_KEY\`, and by \`<ID>_BASE_URL\` where every account has an address of its own or yours differs from the
vendor's; the id is in capitals, with \`-\` written as \`_\`. Its models are \`<id>/<the vendor's own model id>\`. A batch above a
provider's limits is sent as several upstream batches and comes back as one. Plain http is taken for loopback hosts only, unless
\`ALLOW_INSECURE_UPSTREAM=on\`.`;

const UNVERIFIED = `## Unverified

These were written from the vendors' documentation alone, and nobody has checked them line by line. They are off unless configured. Limits that a
vendor does not document are set low.`;

/** Providers whose vendor requires a limit of the answer, and what is sent where neither caller nor catalog gives one. */
const LIMITS_REQUIRED: ReadonlyMap<string, number> = new Map([['anthropic', DEFAULT_MAX_TOKENS]]);

const DEFAULT_LIMITS = `## Most tokens where the caller gives no limit

These vendors require a limit of the answer. Without \`max_completion_tokens\` or \`max_tokens\`, the most that the model gives is sent; \`traits.maxOutputTokens\`
in \`CATALOG_FILE\` sets it.`;

const OWN = `## Your own

Any server with OpenAI's Files and Batches APIs can be added by a JSON file at \`CATALOG_FILE\`, without a rebuild; its key is \`<ID>_API_KEY\`
as for every provider. The same file adds models of any provider, or takes the place of a built-in one:

\`\`\`json
{
  "providers": [
    {
      "id": "my-server",
      "name": "My server",
      "baseUrl": "https://batch.example.com/v1",
      "endpoints": { "/v1/chat/completions": {} },
      "limits": { "maxItems": 50000, "maxBytes": 200000000 }
    }
  ],
  "models": [
    {
      "id": "my-server/llama",
      "upstream": "meta-llama/Llama-3.3-70B-Instruct",
      "aliases": ["llama"],
      "endpoints": ["/v1/chat/completions"],
      "traits": { "images": false },
      "limits": { "maxItems": 10000, "windows": ["48h"] },
      "prices": { "input": 0.1, "output": 0.4 }
    }
  ]
}
\`\`\`

\`limits\` sets, for any provider of ours or of this file, how many upstream batches may be open there at once, over all processes: \`{"limits": {"gemini": {"maxConcurrentJobs": 20}}}\`,
or \`null\` for no limit. What is above it waits here and is sent as others end. \`maxQueuedTokens\` among a model's \`limits\` is what the account
may have queued there: no upstream batch is made larger, by a guess of two bytes a token, and what the provider refuses for its queue waits until
there is room. \`prices\` are what the model costs by batch, in USD a million tokens: [a dry run](creating.md#a-look-before) estimates with them.

What else a provider may differ in stands in \`ProviderDescription\`: how the key is sent, how endpoints are spelled, the form of the upload, envelopes
of answers, how lists go on, words for states, fields that are not taken. A mistake in the file stops the start and is told by its path.`;

/** The page about providers, in Markdown. */
export function providerDocs(providers: readonly ListedProvider[], models: readonly CatalogModel[]): string {
  const reached = providers.filter(({ batch }) => batch === 'supported');
  const without = providers.filter(({ batch }) => batch !== 'supported');
  return `${[
    HEAD,
    tables(reached.filter(({ unverified }) => !unverified)),
    UNVERIFIED,
    tables(reached.filter(({ unverified }) => unverified)),
    `${DEFAULT_LIMITS}\n\n${table(
      ['model', 'tokens'],
      [...LIMITS_REQUIRED].flatMap((required) => defaultLimits(required, models)),
    )}`,
    `## Answered with 501\n\n${without.map(withoutBatch).join('\n')}`,
    OWN,
  ].join('\n\n')}\n`;
}

function tables(providers: readonly ListedProvider[]): string {
  const limits = table(
    [
      'id',
      'provider',
      'endpoints',
      'requests',
      'bytes',
      'bytes a request',
      'windows',
      'batches at once',
      'polled every',
    ],
    providers.map(limitsRow),
  );
  const notes = table(
    ['id', 'cancel', 'expiry', 'refused'],
    providers.map(({ id, notes: own }) => [`\`${id}\``, own?.cancel ?? '', own?.expiry ?? '', own?.refused ?? '']),
  );
  return `${limits}\n\n${notes}`;
}

function limitsRow({ id, name, capabilities }: ListedProvider): string[] {
  if (!capabilities) return [`\`${id}\``, name];
  const {
    endpoints,
    minItems,
    maxItems,
    maxBytes,
    maxLineBytes,
    maxEmbeddingInputs,
    maxConcurrentJobs,
    pollIntervalMs,
  } = capabilities;
  const least = minItems > 1 ? `${shown(minItems)} to ` : '';
  return [
    `\`${id}\``,
    name,
    endpoints.map((endpoint) => `\`${endpoint}\``).join(', '),
    `${least}${shown(maxItems)}${maxEmbeddingInputs === undefined ? '' : `, ${shown(maxEmbeddingInputs)} embedding inputs`}`,
    `${shown(maxBytes / MB)} MB`,
    `${shown(maxLineBytes / MB)} MB`,
    completionWindows(capabilities).join(', '),
    maxConcurrentJobs === null ? '' : shown(maxConcurrentJobs),
    `${pollIntervalMs / 1000} s`,
  ];
}

function defaultLimits([provider, fallback]: readonly [string, number], models: readonly CatalogModel[]): string[][] {
  const own = models.filter((model) => model.provider === provider);
  return [
    ...own.map(({ id, traits }) => [`\`${id}\``, shown(traits?.maxOutputTokens ?? fallback)]),
    [`any other of \`${provider}\``, shown(fallback)],
  ];
}

function withoutBatch({ id, name, batch }: ListedProvider): string {
  return `- \`${id}\`: ${name}${batch === 'planned' ? ' has a batch API that is not reached yet' : ' has no batch API'}.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
