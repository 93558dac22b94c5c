import { chatItems } from './api-client';

const MODEL = 'sandbox/echo';
export const [FIRST, SECOND] = chatItems(['one', 'two'], MODEL);
export const BODY = { model: MODEL, messages: [] };

/** A valid first request before the one that is wrong: its line is ready to be stored when the fault is found. */
const second = (more: object) => ({ requests: [FIRST, { ...SECOND, ...more }] });
const without = (key: 'custom_id' | 'body') => ({ requests: [FIRST, { ...SECOND, [key]: undefined }] });
const at = (field: string, type: string) => ({ [`body.requests.1.${field}`]: type });
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
/** Metadata that is that many bytes long as JSON. */
const metadata = (bytes: number) => ({ k: 'x'.repeat(bytes - '{"k":""}'.length) });

/** A create body and its faults: `loc` joined by dots → `type`. */
type FaultyBody = [name: string, body: unknown, faults: Record<string, string>];

export const WHOLE: FaultyBody[] = [
  ['a list', [], { body: 'dict_type' }],
  ['a string', '"requests"', { body: 'dict_type' }],
  ['null', 'null', { body: 'dict_type' }],
  ['no requests', {}, { 'body.requests': 'missing' }],
  ['requests that are null', { requests: null }, { 'body.requests': 'list_type' }],
  ['requests that are an object', { requests: { 0: FIRST } }, { 'body.requests': 'list_type' }],
  ['requests that are empty', { requests: [] }, { 'body.requests': 'too_short' }],
  ['a request that is a number', { requests: [FIRST, 1] }, { 'body.requests.1': 'dict_type' }],
  [
    'a first model that is null',
    { requests: [{ custom_id: 'a', body: { model: null } }] },
    { 'body.requests.0.body.model': 'string_type' },
  ],
  ['a request that is null', { requests: [null] }, { 'body.requests.0': 'dict_type' }],
];

export const ITEMS: FaultyBody[] = [
  ['no custom_id', without('custom_id'), at('custom_id', 'missing')],
  ['a custom_id that is a number', second({ custom_id: 7 }), at('custom_id', 'string_type')],
  ['a custom_id that is null', second({ custom_id: null }), at('custom_id', 'string_type')],
  ['an empty custom_id', second({ custom_id: '' }), at('custom_id', 'string_too_short')],
  ['a custom_id twice', second({ custom_id: FIRST?.custom_id }), at('custom_id', 'duplicate_custom_id')],
  [
    'a custom_id twice, once with an escape',
    JSON.stringify(second({ custom_id: 'ITEM' })).replace('ITEM', '\\u0069tem-0'),
    at('custom_id', 'duplicate_custom_id'),
  ],
  ['a custom_id of 513 characters', second({ custom_id: '😀'.repeat(513) }), at('custom_id', 'string_too_long')],
  ...['\u0000', 'a\nb', '\u007f', 'a\u0085'].map((id): FaultyBody => [
    `the custom_id ${JSON.stringify(id)}`,
    second({ custom_id: id }),
    at('custom_id', 'string_pattern_mismatch'),
  ]),
  ...['\ud83d', 'a\udc00b'].map((id): FaultyBody => [
    'a custom_id with half a pair',
    second({ custom_id: id }),
    at('custom_id', 'string_pattern_mismatch'),
  ]),
  ['no body', without('body'), at('body', 'missing')],
  ['a body that is null', second({ body: null }), at('body', 'dict_type')],
  ['a body that is a list', second({ body: [BODY] }), at('body', 'dict_type')],
  ['no model', second({ body: { messages: [] } }), at('body.model', 'missing')],
  ['a model that is a number', second({ body: { model: 4 } }), at('body.model', 'string_type')],
  ['a model that is null', second({ body: { model: null } }), at('body.model', 'string_type')],
  ['the method GET', second({ method: 'GET' }), at('method', 'literal_error')],
  ['the method post', second({ method: 'post' }), at('method', 'literal_error')],
  ['a method that is a number', second({ method: 1 }), at('method', 'string_type')],
  ['a url that nobody knows', second({ url: '/v1/images' }), at('url', 'literal_error')],
  ['a whole url', second({ url: 'https://api.openai.com/v1/chat/completions' }), at('url', 'literal_error')],
  ['another url than the first', second({ url: '/v1/embeddings' }), at('url', 'value_error')],
  ['stream', second({ body: { ...BODY, stream: true } }), at('body.stream', 'literal_error')],
];

export const FIELDS: FaultyBody[] = [
  ...['1h', '7d', '', '24H', 'P1D'].map((window): FaultyBody => [
    `the window ${JSON.stringify(window)}`,
    { requests: [FIRST], completion_window: window },
    { 'body.completion_window': 'literal_error' },
  ]),
  [
    'a window that is a number',
    { requests: [FIRST], completion_window: 24 },
    { 'body.completion_window': 'string_type' },
  ],
  [
    'a window that is null',
    { requests: [FIRST], completion_window: null },
    { 'body.completion_window': 'string_type' },
  ],
  ['metadata that is a list', { requests: [FIRST], metadata: ['a'] }, { 'body.metadata': 'dict_type' }],
  ['metadata that is text', { requests: [FIRST], metadata: 'a' }, { 'body.metadata': 'dict_type' }],
  ['metadata of 65 keys', { requests: [FIRST], metadata: keys(65) }, { 'body.metadata': 'too_long' }],
  ['metadata of 64 KiB and 1', { requests: [FIRST], metadata: metadata(65_537) }, { 'body.metadata': 'too_long' }],
  ['metadata far too long', { requests: [FIRST], metadata: metadata(600_000) }, { 'body.metadata': 'too_long' }],
];

/** A valid body. */
export const text = JSON.stringify({ requests: [FIRST] });
const inItem = (member: string) => text.replace('{"custom_id"', `{${member},"custom_id"`);
export const inBody = (member: string) => text.replace('{"model"', `{${member},"model"`);

export const DUPLICATES: FaultyBody[] = [
  ['requests', `${text.slice(0, -1)},${text.slice(1)}`, { 'body.requests': 'duplicate_key' }],
  ['metadata', `{"metadata":{},"metadata":null,${text.slice(1)}`, { 'body.metadata': 'duplicate_key' }],
  [
    'an escaped requests',
    `${text.slice(0, -1)},${text.slice(1).replace('requests', 'reque\\u0073ts')}`,
    { 'body.requests': 'duplicate_key' },
  ],
  ['custom_id', inItem('"custom_id":"x"'), { 'body.requests.0.custom_id': 'duplicate_key' }],
  ['an unknown field of an item', inItem('"x":1,"x":1'), { 'body.requests.0.x': 'duplicate_key' }],
  ['body.model', inBody('"model":"openai/gpt-4o"'), { 'body.requests.0.body.model': 'duplicate_key' }],
  ['any field of body', inBody('"seed":1,"seed":2'), { 'body.requests.0.body.seed': 'duplicate_key' }],
];
