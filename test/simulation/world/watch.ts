import { BATCH_MOVES, isTerminal, type BatchStatus } from '../../../src/batches/batch-status';
import { PART_MOVES, type PartState } from '../../../src/batches/part-state';

/** A row after a committed change of it, as the triggers tell. */
type Told =
  | {
      readonly kind: 'batch';
      readonly id: string;
      readonly owner: string;
      readonly status: BatchStatus;
      readonly total: number;
      readonly completed: number;
      readonly failed: number;
    }
  | {
      readonly kind: 'part';
      readonly id: string;
      readonly batch: string;
      readonly provider: string;
      readonly state: PartState;
      readonly waits: string | null;
      readonly token: string | null;
      readonly fence: number;
    };
type ToldBatch = Extract<Told, { kind: 'batch' }>;
type ToldPart = Extract<Told, { kind: 'part' }>;

const CHANNEL = 'simulation';
const row = (fields: readonly string[]) => fields.map((field) => `'${field.split(' ')[0]}', ${field.split(' ')[1]}`);
const trigger = (table: string, kind: string, fields: readonly string[], columns: string) => `
  CREATE FUNCTION tell_${kind}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_notify('${CHANNEL}', json_build_object('kind', '${kind}', ${row(fields).join(', ')})::text);
    RETURN NULL; END $$;
  CREATE TRIGGER tell AFTER INSERT OR UPDATE OF ${columns} ON ${table} FOR EACH ROW EXECUTE FUNCTION tell_${kind}();`;

/** Has the database tell of every committed change. */
export const TELL_CHANGES = `
  LISTEN ${CHANNEL};
  ${trigger(
    'meshbatch_batches',
    'batch',
    [
      'id NEW.id',
      'owner NEW.owner_id',
      'status NEW.status',
      'total NEW.total',
      'completed NEW.completed',
      'failed NEW.failed',
    ],
    'status, completed, failed',
  )}
  ${trigger(
    'meshbatch_parts',
    'part',
    [
      ...['id NEW.id', 'batch NEW.batch_id', 'provider NEW.provider', 'state NEW.state', 'waits NEW.waits_for'],
      ...['token NEW.attempt_token', 'fence NEW.fence'],
    ],
    'state, waits_for, attempt_token',
  )}`;

export interface WatchOptions {
  /** Active batches that an owner may have. */
  readonly quota: number;
  /** Parts in flight at a provider; null: any number. */
  readonly maxConcurrentJobs: number | null;
}

/** Looks at every committed change as it comes, and keeps what the end is judged by. */
export class Watch {
  readonly violations: string[] = [];
  readonly batches = new Map<string, ToldBatch>();
  readonly parts = new Map<string, ToldPart>();
  /** Of every attempt that there was, by its token. */
  readonly partOfToken = new Map<string, string>();
  /** When each part began to be collected, in ms. */
  readonly collectingSince = new Map<string, number>();
  /** Parts that waited for an operator. */
  readonly parked = new Set<string>();

  constructor(private readonly options: WatchOptions) {}

  hear(notification: string, now: number): void {
    const told = JSON.parse(notification) as Told;
    if (told.kind === 'batch') this.batch(told);
    else this.part(told, now);
  }

  violate(what: string): void {
    this.violations.push(what);
  }

  get allEnded(): boolean {
    return [...this.batches.values()].every(({ status }) => isTerminal(status));
  }

  private batch(told: ToldBatch): void {
    const before = this.batches.get(told.id);
    this.batches.set(told.id, told);
    const { id, status, completed, failed, total, owner } = told;
    if (completed + failed > total) this.violate(`${id} counts ${completed} + ${failed} of ${total}`);
    if (isTerminal(status) && completed + failed !== total)
      this.violate(`${id} ended ${completed} + ${failed} of ${total}`);
    if (before) this.move(before, told);
    else if (this.activeOf(owner) > this.options.quota)
      this.violate(`${owner} has more than ${this.options.quota} batches`);
  }

  private move(before: ToldBatch, { id, status, completed, failed }: ToldBatch): void {
    const allowed = before.status === status || BATCH_MOVES[before.status].includes(status);
    if (!allowed) this.violate(`${id} went from ${before.status} to ${status}`);
    const fell = completed < before.completed || failed < before.failed;
    if (fell && !isTerminal(status)) this.violate(`the counts of ${id} fell`);
  }

  private activeOf(owner: string): number {
    return [...this.batches.values()].filter((batch) => batch.owner === owner && !isTerminal(batch.status)).length;
  }

  private part(told: ToldPart, now: number): void {
    const before = this.parts.get(told.id);
    this.parts.set(told.id, told);
    const { id, state, token } = told;
    if (token !== null) this.partOfToken.set(token, id);
    if (state === 'needs_operator') this.parked.add(id);
    if (state === 'collecting' && before?.state !== 'collecting') this.collectingSince.set(id, now);
    if (before && before.state !== state && !PART_MOVES[before.state].includes(state)) {
      this.violate(`${id} went from ${before.state} to ${state}`);
    }
    if (before && told.fence < before.fence) this.violate(`the fence of ${id} fell`);
    const max = this.options.maxConcurrentJobs;
    if (max !== null && this.inFlight(told.provider) > max) this.violate(`more than ${max} jobs at ${told.provider}`);
  }

  private inFlight(provider: string): number {
    const isInFlight = ({ state, waits }: ToldPart) =>
      waits === null && (state === 'submitting' || state === 'running');
    return [...this.parts.values()].filter((part) => part.provider === provider && isInFlight(part)).length;
  }
}
