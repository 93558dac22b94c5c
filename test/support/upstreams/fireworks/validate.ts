import { isObject, parseJson, type JsonObject } from '../kit/json';
import type { ApiRequest } from '../kit/types';
import { ApiError } from './api-error';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const MODEL = /^accounts\/[^/]+\/[A-Za-z]+\/[^/]+$/;
const INT64 = /^[1-9]\d*$/;

const DATASET_FIELDS = ['displayName', 'exampleCount', 'userUploaded', 'format', 'externalUrl'];
const JOB_FIELDS = [
  ...['displayName', 'model', 'inputDatasetId', 'outputDatasetId', 'inferenceParameters', 'precision'],
  ...['systemPrompt', 'continuedFromJobName'],
];

function demand(holds: unknown, message: string): asserts holds {
  if (!holds) throw new ApiError('INVALID_ARGUMENT', message);
}

/** The id, if it is one that can be chosen for a dataset or a job. */
export function validId(id: unknown, name: string): string {
  demand(typeof id === 'string' && ID.test(id), `${name} must have lower-case letters, digits and hyphens alone`);
  return id;
}

function objectOf({ headers, body }: ApiRequest): JsonObject {
  demand(/^application\/json\b/i.test(headers['content-type'] ?? ''), 'the content type is not JSON');
  const json = parseJson(body);
  demand(isObject(json), 'the body is not a JSON object');
  return json;
}

function demandOnly(object: JsonObject, known: readonly string[]): void {
  const extra = Object.keys(object).find((key) => !known.includes(key));
  demand(extra === undefined, `unknown field "${extra}"`);
}

/** Checks the body that makes a dataset for an upload. */
export function parseDataset(request: ApiRequest): { id: string; exampleCount: number } {
  const body = objectOf(request);
  demandOnly(body, ['dataset', 'datasetId', 'sourceDatasetId', 'filter']);
  const { dataset, datasetId } = body;
  demand(isObject(dataset), 'dataset is required');
  demandOnly(dataset, DATASET_FIELDS);
  demand(isObject(dataset['userUploaded']), 'one of the sources of a dataset is required');
  const { exampleCount } = dataset;
  demand(exampleCount !== undefined, 'example_count is required for uploaded datasets');
  // In JSON the vendor writes such a number as a text, and reads it as either.
  const count = typeof exampleCount === 'number' ? String(exampleCount) : exampleCount;
  demand(typeof count === 'string' && INT64.test(count), 'example_count must be a positive number');
  return { id: validId(datasetId, 'dataset_id'), exampleCount: Number(count) };
}

export interface JobParams {
  readonly id: string;
  readonly model: string;
  /** Ids of datasets of the account. */
  readonly input: string;
  readonly output: string;
}

/** Checks the body and the query that make a job; `newId` names what the client leaves to the vendor. */
export function parseJob(request: ApiRequest, account: string, newId: () => string): JobParams {
  const body = objectOf(request);
  demandOnly(body, JOB_FIELDS);
  const { model, inputDatasetId, outputDatasetId } = body;
  demand(typeof model === 'string' && MODEL.test(model), 'model must be a resource name');
  const input = datasetOf(inputDatasetId, account);
  demand(input !== null, 'input_dataset_id must be the name of a dataset of the account');
  const output = outputDatasetId === undefined ? newId() : datasetOf(outputDatasetId, account);
  demand(output !== null, 'output_dataset_id must be the name of a dataset of the account');
  const id = request.url.searchParams.get('batchInferenceJobId') ?? newId();
  return { id: validId(id, 'batch_inference_job_id'), model, input, output };
}

function datasetOf(name: unknown, account: string): string | null {
  const prefix = `accounts/${account}/datasets/`;
  return typeof name === 'string' && name.startsWith(prefix) ? validId(name.slice(prefix.length), 'dataset_id') : null;
}
