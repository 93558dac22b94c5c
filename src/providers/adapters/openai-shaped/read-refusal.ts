import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';

const FULL_QUEUE = /\btoken_limit_exceeded\b/;

/**
 * As OpenAI words it; a create that is refused because the queue of tokens is full can be sent again. Azure OpenAI answers such
 * a create with 400 in the regions that look at the queue at once.
 * Source: MicrosoftDocs/azure-ai-docs, articles/ai-foundry/openai/includes/batch/batch-python.md, "Queueing batch jobs".
 */
export const readRefusal: RefusalReader = (status, body) => {
  const facts = readOpenAiRefusal(status, body);
  const isFull = status === 400 && FULL_QUEUE.test(`${facts.code ?? ''} ${facts.message ?? ''}`);
  return { ...facts, ...(isFull && { failure: 'throttled' }) };
};
