import { checkVerbatim, MESSAGES, toVerbatimLine, toVerbatimOutcome } from './verbatim';

const item = (params: string) => ({ endpoint: MESSAGES, body: Buffer.from(params) });
const line = (params: string) => toVerbatimLine(item(params), 'r1', { upstream: 'claude', traits: {} }).toString();
const row = (result: string) => toVerbatimOutcome(Buffer.from(`{"custom_id":"r1","result":${result}}`));

describe('Anthropic’s own endpoint', () => {
  it('sends params byte for byte, with the vendor’s model id and without stream', () => {
    const rest =
      '"thinking":{"type":"enabled",  "budget_tokens":2e3},"x":12345678901234567890,"metadata":{"model":"m"}';
    expect(line(`{"model":"anthropic/x","stream":false,${rest}}`)).toBe(
      `{"custom_id":"r1","params":{"model":"claude",${rest}}}`,
    );
  });

  it.each<[string, string[]]>([
    ['{"max_tokens":1,"top_k":5,"brand_new":{}}', []],
    ['{"messages":[]}', ['max_tokens']],
    ['{"max_tokens":0}', ['max_tokens']],
    ['{"max_tokens":1,"speed":"fast","store":true,"cache_hint":null}', ['speed', 'store']],
  ])('refuses of %s what no batch takes', (params, paths) => {
    expect(checkVerbatim(item(params)).map(({ path }) => path.join('.'))).toEqual(paths);
  });

  it('gives a message back byte for byte', () => {
    const message =
      '{"id":"msg_1","model":"claude","content":[{"type":"text", "text":"\\u00e9"}],"stop_reason":"end_turn","usage":{},"n":1.10}';
    const outcome = row(`{"type":"succeeded","message":${message}}`);
    expect([outcome?.response?.statusCode, outcome?.response?.body.toString()]).toEqual([200, message]);
  });

  it('gives an error back as it is, with its status', () => {
    const error = '{"type":"error","error":{"type":"overloaded_error","message":"busy"},"request_id":"req_1"}';
    const outcome = row(`{"type":"errored","error":${error}}`);
    expect(outcome?.response).toMatchObject({ statusCode: 529, requestId: 'req_1' });
    expect(outcome?.response?.body.toString()).toBe(error);
  });

  it.each([
    ['canceled', 'batch_cancelled'],
    ['expired', 'batch_expired'],
  ])('reads what was %s as an item that never ran', (type, code) => {
    expect(row(`{"type":"${type}"}`)).toMatchObject({ itemId: 'r1', response: null, error: { code } });
  });

  it.each(['{"type":"succeeded"}', '{"type":"new"}', '<html>'])('does not take %s for a row', (result) => {
    expect(row(result)).toBeNull();
  });
});
