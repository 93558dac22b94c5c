import type { ItemOutcome } from '../../contract/adapter';
import { NEVER_RAN, respond, respondFailure, respondJson } from '../../translation/answer';
import { isFields } from '../../translation/checks';
import { JsonText, rawAt, writeJson } from '../../translation/raw-json';
import { noAnswerIn, toCompletion, type AnswerContext } from './from-generated';
import { embeddedWire, generatedWire, rowWire, type EmbeddedWire, type StatusWire } from './gemini.wire';
import { readStatus } from './rpc-codes';

/** What the rows of a batch do not say themselves. */
export interface RowContext extends Omit<AnswerContext, 'itemId'> {
  /** A request that the vendor cancelled in a batch that was cancelled never ran. */
  readonly cancelled: boolean;
}

const CANCELLED = 'CANCELLED';
const NO_ANSWER_STATUS = 500;

/** A row of a results file, or an inline answer; null when it cannot be read. */
export function toOutcome(row: Buffer, context: RowContext): ItemOutcome | null {
  try {
    const wire = rowWire.parse(JSON.parse(row.toString('utf8')));
    const itemId = wire.key ?? wire.metadata?.key;
    if (!itemId) return null;
    if (wire.error) return toFailure(itemId, wire.error, context);
    const raw = rawAt(row, 'response');
    if (!raw || !isFields(wire.response)) return null;
    return 'embedding' in wire.response
      ? {
          itemId,
          response: respondJson(200, null, toEmbedding(embeddedWire.parse(wire.response), raw, context)),
          error: null,
        }
      : toAnswer(itemId, wire.response, raw, context);
  } catch {
    return null;
  }
}

function toAnswer(itemId: string, response: object, raw: Buffer, context: RowContext): ItemOutcome {
  const generated = generatedWire.parse(response);
  const failure = noAnswerIn(generated);
  if (failure) return { itemId, response: respondFailure(NO_ANSWER_STATUS, null, failure), error: null };
  const completion = toCompletion(generated, raw, { itemId, ...context });
  return { itemId, response: respond(200, generated.responseId || null, completion), error: null };
}

function toFailure(itemId: string, error: StatusWire, { cancelled }: RowContext): ItemOutcome {
  const { name, status } = readStatus(error);
  if (cancelled && name === CANCELLED) return { itemId, response: null, error: NEVER_RAN.cancelled };
  return { itemId, response: respondFailure(status, null, { type: name, message: error.message }), error: null };
}

/** The JSON of an embedding; `raw` is the answer's, so that no number of the vector changes. */
function toEmbedding({ tokenCount, usageMetadata }: EmbeddedWire, raw: Buffer, { model }: RowContext): string {
  const tokens = tokenCount ?? usageMetadata?.promptTokenCount ?? null;
  const values = rawAt(raw, 'embedding', 'values') ?? Buffer.from('[]');
  return writeJson({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: JsonText.from(values) }],
    model,
    ...(tokens !== null && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  });
}
