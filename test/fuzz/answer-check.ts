import type { IncomingHttpHeaders } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import Ajv from 'ajv';
import type { FuzzRequest } from './requests';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Documented {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

const ENVELOPE = 'api#/components/schemas/ErrorEnvelope';
/** Of the routes that word their errors as Anthropic does; what is no route of theirs is answered as any other. */
const MESSAGE_ERROR = 'api#/components/schemas/MessageError';
const LEAKS = /\\n\s+at |node_modules|\/dist\/|\.[jt]s:\d/;

/** Checks answers against the document that the service serves. */
export class AnswerCheck {
  private readonly ajv = new Ajv({ unknownFormats: 'ignore', logger: false });

  constructor(document: OpenAPIObject) {
    this.ajv.addSchema(document, 'api');
  }

  /** What is wrong with an answer; null when nothing is. */
  problemOf(request: FuzzRequest, answer: FuzzAnswer): string | null {
    const { status, headers, body } = answer;
    if (status >= 500) return `status ${status}`;
    if (typeof headers['x-request-id'] !== 'string' || headers['x-powered-by'] !== undefined) return 'headers';
    if (request.method === 'HEAD') return body.length === 0 ? null : 'a body for HEAD';
    if (status >= 400) return this.problemOfError(request, answer);
    // What another method asks for is another operation, if any.
    const { path, method, operation } = request.operation;
    if (method !== request.method) return null;
    const pointer = `/paths/${escape(path)}/${method.toLowerCase()}/responses/${status === 206 ? 200 : status}`;
    const documented = operation.responses[status === 206 ? 200 : status] as Documented | undefined;
    if (!documented) return `status ${status} is not documented`;
    const [type = ''] = String(headers['content-type']).split(';');
    // Health is documented by no schema; partial and compressed answers are no whole document.
    if (!documented.content || status === 206 || headers['content-encoding'] !== undefined) return null;
    if (!documented.content[type]) return `the type ${type} is not documented for ${status}`;
    if (type !== 'application/json') return null;
    return this.invalid(`api#${pointer}/content/${escape(type)}/schema`, body);
  }

  private problemOfError(request: FuzzRequest, { status, headers, body }: FuzzAnswer): string | null {
    if (LEAKS.test(body.toString())) return 'a place in the code';
    const isMessages = request.operation.path.startsWith('/v1/messages/') && headers['request-id'] !== undefined;
    const problem = this.invalid(isMessages ? MESSAGE_ERROR : ENVELOPE, body);
    if (problem !== null) return problem;
    const { request_id: id } = JSON.parse(body.toString()) as { request_id: string };
    if (id !== headers['x-request-id']) return 'another request id in the body';
    const { responses } = request.operation.operation;
    const documented = responses[status] ?? responses.default;
    // The create is documented as the reference has it, with 422 alone.
    return documented || request.operation.operation.requestBody || request.operation.isOpen
      ? null
      : `status ${status}`;
  }

  private invalid(schema: string, body: Buffer): string | null {
    let value: unknown;
    try {
      value = JSON.parse(body.toString());
    } catch {
      return 'no JSON';
    }
    const check = this.ajv.getSchema(schema) ?? this.ajv.compile({ $ref: schema });
    return check(value) === true ? null : `${schema}: ${this.ajv.errorsText(check.errors)}`;
  }
}

/** A name as a part of a JSON pointer in a URL. */
function escape(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
