import { readOpenAiRefusal, type RefusalReader } from '../../upstream/refusal';

/** How the vendor names an element of a create: "custom_id is required on requests[0]." */
const ELEMENT = /\brequests\[(\d{1,9})\]/g;

/** `{error: {code, message}}` with the status as its code; a message that names one request counts them from 0. */
export const readRefusal: RefusalReader = (status, body) => {
  const facts = readOpenAiRefusal(status, body);
  const [index, ...others] = new Set(Array.from(facts.message?.matchAll(ELEMENT) ?? [], (match) => match[1]));
  return { ...facts, ...(index !== undefined && others.length === 0 && { line: Number(index) + 1 }) };
};
