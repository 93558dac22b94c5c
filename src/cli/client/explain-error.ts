import type { PlacedFault, RefusedError, UnreachableError } from './call-errors';
import { ExitCode } from './exit-code';

const LISTED_FAULTS = 20;
/** Of the input, and not of the service. */
const INPUT_STATUSES = [400, 404, 409, 413, 422];

/** What is said about each request's place: the line it came from, when it came from one. */
export type LineOf = (index: number) => number | null;

const HINTS: Readonly<Record<string, string>> = {
  unauthorized:
    'Give a key by MESHBATCH_KEY or --key. A service on this machine wrote its first one to first-api-key in its DATA_DIR, or showed it on ' +
    'its terminal; its operator makes more with: meshbatch keys create --owner <name>',
  forbidden: 'The key is suspended, or lacks the scope. The operator of the service can tell: meshbatch keys list',
  batch_limit_exceeded: 'Add --wait to wait for a free place, or see what runs with: meshbatch list --active',
  not_implemented: 'The provider has no batch API that is reached; these have a model: meshbatch models',
  provider_not_available: 'The operator of the service has to set the key of that provider.',
  model_not_found: 'These can be named: meshbatch models',
};

/** A refusal in lines that a person can act on. */
export function explainRefusal(refusal: RefusedError, lineOf: LineOf = () => null): string {
  const { status, code, message, requestId } = refusal;
  const hint = HINTS[code];
  return [
    `${message} (${status} ${code}${requestId === null ? '' : `, ${requestId}`})`,
    ...faultLines(refusal, lineOf),
    ...(hint === undefined ? [] : [hint]),
  ].join('\n');
}

export function explainUnreachable({ baseUrl, code }: UnreachableError): string {
  return `The service at ${baseUrl} cannot be reached (${code}). Does it run? Another address is given by MESHBATCH_URL or --base-url.`;
}

/** Whether the fault is the input's or the service's. */
export function exitCodeOfRefusal({ status }: RefusedError): ExitCode {
  return INPUT_STATUSES.includes(status) ? ExitCode.usage : ExitCode.refused;
}

function faultLines({ details, more }: RefusedError, lineOf: LineOf): string[] {
  const faults = (Array.isArray(details) ? details : [details]).filter(isPlaced);
  const listed = faults.slice(0, LISTED_FAULTS).map((fault) => `  ${faultLine(fault, lineOf)}`);
  const rest = faults.length - listed.length + more;
  return rest > 0 ? [...listed, `  … and ${rest} more`] : listed;
}

function isPlaced(detail: unknown): detail is PlacedFault {
  return Array.isArray((detail as Partial<PlacedFault> | null | undefined)?.loc);
}

/** Of models that differ, the model is what there is to say. */
function faultLine({ loc, msg, model }: PlacedFault, lineOf: LineOf): string {
  const text = msg ?? model;
  return text === undefined ? placeOf(loc, lineOf) : `${placeOf(loc, lineOf)}: ${text}`;
}

/** `["body", "requests", 17, "body", "model"]` is the field `body.model` of one line. */
function placeOf(loc: readonly (string | number)[], lineOf: LineOf): string {
  const [where, list, index, ...field] = loc;
  if (where !== 'body' || list !== 'requests' || typeof index !== 'number') return loc.join('.');
  const line = lineOf(index);
  const place = line === null ? `request ${index + 1}` : `line ${line}`;
  return field.length === 0 ? place : `${place}, ${field.join('.')}`;
}
