import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ChatItems } from '../support/chat-items';
import { KEY } from '../support/meshbatch';
import { serveMethods } from '../support/served-methods';

serveMethods({
  /** Posts a create of `count` items, made as fast as they are taken; resolves to the batch's id, bytes and milliseconds. */
  post: async (url: string, model: string, count: number) => {
    const items = new ChatItems(model);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
    const call = request(`${url}/v1/batches`, { method: 'POST', headers });
    let bytes = 0;
    const counted = function* () {
      for (const piece of items.bodyPieces(count)) {
        bytes += piece.length;
        yield piece;
      }
    };
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.once('response', resolve).once('error', reject),
    );
    const begun = performance.now();
    await pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: 1 << 18 }), call);
    const answer = await answered;
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`The create was answered with ${answer.statusCode}: ${body}`);
    return { id: (JSON.parse(body) as { id: string }).id, bytes, ms: performance.now() - begun };
  },
});
