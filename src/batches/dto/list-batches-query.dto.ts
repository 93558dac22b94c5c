import { ApiPropertyOptional } from '@nestjs/swagger';
import { Expose, Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateBy } from 'class-validator';
import { BATCH_STATUSES, type BatchStatus } from '../batch-status';
import type { BatchFilter } from '../batch-filter';
import { ToInteger } from '../../http/to-integer.decorator';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;
/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799;
const MAX_METADATA_KEYS = 16;
/** Also keeps NUL from the database, which has no text with one. */
const NAME = /^\P{Cc}{1,512}$/u;
const METADATA_KEY = /^metadata\[(.*)\]$/s;

/** The fields `metadata[key]` as one object; a plain `metadata` stays, for the validator to refuse. */
function metadataOf(query: Readonly<Record<string, unknown>>): unknown {
  if (query.metadata !== undefined) return query.metadata;
  const entries = Object.entries(query).flatMap(([name, value]) => {
    const key = METADATA_KEY.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const IsMetadataFilter = () =>
  ValidateBy(
    {
      name: 'isMetadataFilter',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.keys(value).length <= MAX_METADATA_KEYS &&
          Object.values(value).every((one) => typeof one === 'string'),
      },
    },
    { message: `Input should be metadata[key]=value, each key once and at most ${MAX_METADATA_KEYS} of them` },
  );

/** Unix seconds, as `created_at` shows them. */
const IsInstant = (): PropertyDecorator => (target, key) => {
  ToInteger()(target, key);
  IsInt({ message: 'Input should be a valid integer' })(target, key);
  Min(0, { message: 'Input should be greater than or equal to 0' })(target, key);
  Max(LAST_SECOND, { message: `Input should be less than or equal to ${LAST_SECOND}` })(target, key);
};

export class ListBatchesQuery implements BatchFilter {
  @ApiPropertyOptional({ type: 'string', description: 'Only batches older than this id' })
  @IsOptional()
  @Matches(/^batch_[0-9A-HJKMNP-TV-Z]{26}$/, { message: 'Input should be the id of a batch' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @ToInteger()
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_LIMIT, { message: `Input should be less than or equal to ${MAX_LIMIT}` })
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({
    type: [String],
    enum: BATCH_STATUSES,
    maxItems: BATCH_STATUSES.length,
    description: 'Only batches with one of these; may be repeated',
  })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? [value] : (value as unknown)))
  @IsIn(BATCH_STATUSES, { each: true, message: `Input should be one of ${BATCH_STATUSES.join(', ')}` })
  @ArrayMaxSize(BATCH_STATUSES.length, { message: `At most ${BATCH_STATUSES.length} at once` })
  status?: BatchStatus[];

  @ApiPropertyOptional({ type: 'string', description: 'Only batches of this model, by any of its names' })
  @IsOptional()
  @Matches(NAME, { message: 'Input should be the name of a model' })
  model?: string;

  @ApiPropertyOptional({ type: 'string', description: 'Only batches of this provider' })
  @IsOptional()
  @Matches(NAME, { message: 'Input should be the id of a provider' })
  provider?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Only batches with a later `created_at`' })
  @IsOptional()
  @IsInstant()
  created_after?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Only batches with an earlier `created_at`' })
  @IsOptional()
  @IsInstant()
  created_before?: number;

  /** Documented on the route: a decorator of a field cannot say how an object is spelled in a query. */
  @Expose()
  @Transform(({ obj }) => metadataOf(obj as Record<string, unknown>))
  @IsOptional()
  @IsMetadataFilter()
  metadata?: Record<string, string>;
}
