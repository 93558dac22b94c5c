import { PromptTemplate, columnOf, type Row } from './prompt-template';

const EMBEDDINGS = '/v1/embeddings';

/** How every row of a table becomes a request. */
export interface RowOptions {
  readonly model: string;
  /** With places such as `{{column}}`. */
  readonly prompt: string;
  readonly system?: string | undefined;
  /** The column that holds the `custom_id`; else it is `row-1` and so on. */
  readonly idColumn?: string | undefined;
  readonly maxTokens?: number | undefined;
  /** Such as `/v1/embeddings`; the service's default is chat completions. */
  readonly url?: string | undefined;
}

/** Makes requests of rows. */
export class RowRequests {
  private readonly prompt: PromptTemplate;
  private readonly system: PromptTemplate | null;

  constructor(private readonly options: RowOptions) {
    this.prompt = new PromptTemplate(options.prompt);
    this.system = options.system === undefined ? null : new PromptTemplate(options.system);
  }

  /**
   * The request of a row, as JSON.
   * @param index of the row, from 0
   * @param place where it is, such as `line 3`
   * @throws UsageError for a column that the row does not have
   */
  of(row: Row, index: number, place: string): string {
    const { idColumn, url } = this.options;
    const id = idColumn === undefined ? `row-${index + 1}` : textOf(columnOf(row, idColumn, place));
    return JSON.stringify({ custom_id: id, ...(url !== undefined && { url }), body: this.body(row, place) });
  }

  private body(row: Row, place: string): object {
    const { model, maxTokens, url } = this.options;
    const prompt = this.prompt.fill(row, place);
    if (url === EMBEDDINGS) return { model, input: prompt };
    const system = this.system && { role: 'system', content: this.system.fill(row, place) };
    const messages = [...(system ? [system] : []), { role: 'user', content: prompt }];
    return { model, messages, ...(maxTokens !== undefined && { max_tokens: maxTokens }) };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
