import { editMembers } from '../../common/jsonl/edit-members';

/** A caller's body for an upstream that takes OpenAI's: byte for byte, with the vendor's model id (null: none) and without `stream`. */
export function openAiBody(body: Buffer, model: string | null): Buffer {
  const replaced = model === null ? 'drop' : { json: JSON.stringify(model) };
  return editMembers(body, (key) => (key === 'stream' ? 'drop' : key === 'model' ? replaced : 'keep'));
}
