import type { Endpoint } from '../providers/contract/adapter';

/** How the items of a body say what they ask, and where. */
export interface ItemForm {
  /** The member of an item that holds what is sent. */
  readonly nestedKey: 'body' | 'params';
  /** Of every item; null where each has a `method` and a `url`. */
  readonly endpoint: Endpoint | null;
  /** The members beside `requests` that are known. */
  readonly batchFields: readonly string[];
}

/** Items of `POST /v1/batches`. */
export const BATCH_ITEMS: ItemForm = {
  nestedKey: 'body',
  endpoint: null,
  batchFields: ['completion_window', 'metadata', 'input_file_id', 'endpoint', 'output_expires_after'],
};

/** Items of `POST /v1/messages/batches`. */
export const MESSAGE_ITEMS: ItemForm = { nestedKey: 'params', endpoint: '/v1/messages', batchFields: [] };
