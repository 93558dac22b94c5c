import type { GenerateContentResponse } from '@google/genai' with { 'resolution-mode': 'import' };
import { toOutcome, type RowContext } from './from-row';

/** A response by the vendor's own types, whose words are enums; new words are to be expected. */
type Worded<T> = T extends string
  ? string
  : T extends (infer Element)[]
    ? Worded<Element>[]
    : T extends (...args: never[]) => unknown
      ? never
      : T extends object
        ? { [Key in keyof T]: Worded<T[Key]> }
        : T;
type Response = Omit<
  Worded<GenerateContentResponse>,
  'text' | 'data' | 'functionCalls' | 'executableCode' | 'codeExecutionResult' | 'initialPromptTokenCount'
>;
type Candidate = NonNullable<Response['candidates']>[number];

const CONTEXT: RowContext = { created: 1_800_000_000, model: 'gemini-x', cancelled: false };
const usageMetadata = {
  promptTokenCount: 100,
  toolUsePromptTokenCount: 5,
  cachedContentTokenCount: 30,
  candidatesTokenCount: 40,
  thoughtsTokenCount: 20,
  totalTokenCount: 165,
};

function row(response: Response): string {
  return JSON.stringify({ key: 'r1', response });
}

function bodyOf(text: string, context = CONTEXT) {
  return JSON.parse(toOutcome(Buffer.from(text), context)?.response?.body.toString() ?? 'null');
}
const answer = (candidate: Candidate, more: Response = {}) => ({
  candidates: [candidate],
  responseId: 'resp',
  ...more,
});
const choice = (candidate: Candidate) => bodyOf(row(answer(candidate))).choices[0];
const said = (...parts: NonNullable<Candidate['content']>['parts'] & object) => ({ content: { parts, role: 'model' } });

describe('toOutcome', () => {
  it('makes a chat completion of an answer', () => {
    const text = row(
      answer({ ...said({ text: 'a' }), finishReason: 'STOP' }, { modelVersion: 'gemini-2.5-flash', usageMetadata }),
    );
    expect(toOutcome(Buffer.from(text), CONTEXT)).toMatchObject({
      itemId: 'r1',
      response: { statusCode: 200, requestId: 'resp' },
      error: null,
    });
    expect(bodyOf(text)).toEqual({
      id: 'chatcmpl-resp',
      object: 'chat.completion',
      created: 1_800_000_000,
      model: 'gemini-2.5-flash',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'a', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
          native_finish_reason: 'STOP',
        },
      ],
      usage: {
        prompt_tokens: 105,
        completion_tokens: 60,
        total_tokens: 165,
        prompt_tokens_details: { cached_tokens: 30 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    });
  });

  it('fills in what an answer leaves out', () => {
    const inline = JSON.stringify({ metadata: { key: 'r1' }, response: { candidates: [said({ text: 'a' })] } });
    const made = bodyOf(inline);
    expect([made.id, made.model, made.choices[0].index]).toEqual(['chatcmpl-r1', 'gemini-x', 0]);
    expect([made.choices[0].finish_reason, made.choices[0].native_finish_reason]).toEqual(['stop', null]);
    expect(made).not.toHaveProperty('usage');
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['BLOCKLIST', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['SPII', 'content_filter'],
    ['LANGUAGE', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['OTHER', 'stop'],
    ['MALFORMED_FUNCTION_CALL', 'stop'],
    ['UNEXPECTED_TOOL_CALL', 'stop'],
    ['TOO_MANY_TOOL_CALLS', 'stop'],
    ['MALFORMED_RESPONSE', 'stop'],
    ['BRAND_NEW', 'stop'],
  ])('ends for %s with %s, and keeps the vendor’s word', (reason, finish) => {
    const made = choice({ ...said({ text: 'a' }), finishReason: reason });
    expect([made.finish_reason, made.native_finish_reason]).toEqual([finish, reason]);
  });

  it.each(['MAX_TOKENS', 'SAFETY', 'STOP'])('has an empty answer that ends for %s', (finishReason) => {
    expect(choice({ content: { role: 'model' }, finishReason }).message.content).toBe('');
  });

  it.each(['OTHER', 'MALFORMED_FUNCTION_CALL', 'NO_IMAGE', 'BRAND_NEW'])(
    'fails for %s without content',
    (finishReason) => {
      const empty = row(answer({ finishReason, finishMessage: 'Why.' }));
      expect(toOutcome(Buffer.from(empty), CONTEXT)).toMatchObject({ response: { statusCode: 500 }, error: null });
      const error = { message: 'Why.', type: finishReason, param: null, code: finishReason };
      expect(bodyOf(empty)).toEqual({ error });
    },
  );

  it('fails without candidates, unless the prompt was blocked', () => {
    expect(bodyOf(row({})).error.code).toBe('NO_CANDIDATES');
    const blocked = bodyOf(row({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } }));
    expect(blocked.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: '', refusal: null },
        logprobs: null,
        finish_reason: 'content_filter',
        native_finish_reason: 'SAFETY',
      },
    ]);
    expect(blocked.usage).toEqual({
      prompt_tokens: 3,
      completion_tokens: 0,
      total_tokens: 3,
      prompt_tokens_details: { cached_tokens: 0 },
    });
  });

  it('joins texts, shows thoughts apart, and gives the signature of a text back', () => {
    const made = choice(said({ text: 'hm', thought: true }, { text: 'a' }, { text: 'b', thoughtSignature: 'c2ln' }));
    expect(made.message).toEqual({
      role: 'assistant',
      content: 'ab',
      refusal: null,
      reasoning_content: 'hm',
      extra_content: { google: { thought_signature: 'c2ln' } },
    });
  });

  it('has calls with ids, signatures, and no text', () => {
    const made = choice({
      ...said(
        { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' },
        { functionCall: { id: 'own', name: 'g' } },
      ),
      finishReason: 'STOP',
    });
    expect(made.finish_reason).toBe('tool_calls');
    expect(made.message).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [
        {
          id: 'call_resp_0_0',
          type: 'function',
          function: { name: 'f', arguments: '{"a":1}' },
          extra_content: { google: { thought_signature: 'c2ln' } },
        },
        { id: 'own', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    });
    expect(choice(said({ text: 'a' }, { functionCall: { name: 'f' } })).message.content).toBe('a');
    expect(choice({ ...said({ functionCall: { name: 'f' } }), finishReason: 'MAX_TOKENS' }).finish_reason).toBe(
      'length',
    );
  });

  it('keeps every digit of a call’s arguments', () => {
    const args = '{"n": 12345678901234567890, "p":1.10,"s":"\\u00e9"}';
    const text = row(answer(said({ text: '{"args":{"here":1}}' }, { functionCall: { name: 'f', args: { here: 1 } } })));
    const made = bodyOf(text.replace('"args":{"here":1}', `"args": ${args}`));
    expect(made.choices[0].message.tool_calls[0].function.arguments).toBe(args);
  });

  it('has every candidate, and its log probabilities', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'a', logProbability: -0.5, tokenId: 3 }, {}],
      topCandidates: [{ candidates: [{ token: 'b', logProbability: -0.25 }] }],
    };
    const response = {
      candidates: [
        { ...said({ text: 'a' }), logprobsResult },
        { ...said({ text: 'b' }), index: 1 },
      ],
    };
    const { choices } = bodyOf(row(response));
    expect(
      choices.map(({ index, message }: { index: number; message: { content: string } }) => [index, message.content]),
    ).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
    expect(choices[0].logprobs).toEqual({
      content: [
        { token: 'a', logprob: -0.5, bytes: null, top_logprobs: [{ token: 'b', logprob: -0.25, bytes: null }] },
        { token: '', logprob: 0, bytes: null, top_logprobs: [] },
      ],
      refusal: null,
    });
  });

  it('does not lose an image', () => {
    const made = choice(said({ text: 'a' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }));
    expect(made.message.images).toEqual([{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]);
    expect(
      choice({ ...said({ inlineData: { mimeType: 'image/png', data: 'AA==' } }), finishReason: 'OTHER' }).finish_reason,
    ).toBe('stop');
  });

  it('makes an embedding of a vector, digit by digit', () => {
    const values = '[0.10, -1e-7, 0.12345678901234567890]';
    const text = (more: string) => `{"key":"r1","response":{"embedding":{"values": ${values} ,"shape":[3]}${more}}}`;
    const made = toOutcome(Buffer.from(text(',"tokenCount":"7"')), CONTEXT)?.response?.body.toString();
    expect(made).toBe(
      `{"object":"list","data":[{"object":"embedding","index":0,"embedding":${values}}],"model":"gemini-x","usage":{"prompt_tokens":7,"total_tokens":7}}`,
    );
    expect(bodyOf(text(',"usageMetadata":{"promptTokenCount":8}')).usage.prompt_tokens).toBe(8);
    expect(bodyOf(text(''))).not.toHaveProperty('usage');
  });

  const failed = (error: object) => JSON.stringify({ key: 'r1', error });

  it('scrubs what the vendor says of a failure', () => {
    const text = failed({ code: 3, message: 'of sk-abcdefgh12345 and \u0000', details: [{}] });
    expect(toOutcome(Buffer.from(text), CONTEXT)?.response).toMatchObject({ statusCode: 400, requestId: null });
    expect(bodyOf(text).error).toEqual({
      message: 'of [key] and \uFFFD',
      type: 'INVALID_ARGUMENT',
      param: null,
      code: 'INVALID_ARGUMENT',
    });
  });

  it.each([
    [{ code: 429, status: 'RESOURCE_EXHAUSTED' }, 429, 'RESOURCE_EXHAUSTED'],
    [{ status: 'UNAVAILABLE' }, 503, 'UNAVAILABLE'],
    [{ code: 8, status: 'OWN_WORD' }, 429, 'OWN_WORD'],
    [{ code: 418 }, 418, '418'],
    [{}, 500, 'UNKNOWN'],
  ])('reads the failure %j as %j %j', (error, status, code) => {
    expect(toOutcome(Buffer.from(failed(error)), CONTEXT)?.response?.statusCode).toBe(status);
    expect(bodyOf(failed(error)).error).toMatchObject({ code, message: 'The provider gave no reason' });
  });

  it('tells a request that was cancelled with its batch from one that failed', () => {
    const text = Buffer.from(failed({ code: 1, message: 'The operation was cancelled.' }));
    expect(toOutcome(text, CONTEXT)).toMatchObject({ response: { statusCode: 499 }, error: null });
    expect(toOutcome(text, { ...CONTEXT, cancelled: true })).toMatchObject({
      response: null,
      error: { code: 'batch_cancelled' },
    });
  });

  it.each([
    '{}',
    '[',
    '{"key":"r1"}',
    '{"key":"r1","response":null}',
    '{"key":"r1","response":"x"}',
    '{"response":{}}',
    '{"key":"r1","response":{"candidates":{}}}',
    '{"key":"r1","response":{"embedding":{}}}',
    '{"key":"r1","error":1}',
  ])('cannot read %s', (text) => {
    expect(toOutcome(Buffer.from(text), CONTEXT)).toBeNull();
  });
});
