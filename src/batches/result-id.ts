/** `batch_req_<ULID>_<index>`: the entry of the request with that index, from 0. */
export const RESULT_ID = /^batch_req_([0-9A-HJKMNP-TV-Z]{26})_(0|[1-9]\d{0,8})$/;

/** All of an entry's id but its index. */
export function resultIdHead(batchId: string): string {
  return `${batchId.replace('batch_', 'batch_req_')}_`;
}

export function toResultId(batchId: string, index: number): string {
  return `${resultIdHead(batchId)}${index}`;
}

/** The index of an entry of that batch; null for any other id. */
export function readResultId(batchId: string, id: string): number | null {
  const match = RESULT_ID.exec(id);
  return match && `batch_${match[1]}` === batchId ? Number(match[2]) : null;
}
