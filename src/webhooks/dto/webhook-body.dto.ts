import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { DEFAULT_WEBHOOK_EVENTS, WEBHOOK_EVENTS, type WebhookEvent } from '../webhook-events';

const MAX_URL_LENGTH = 2048;
const MAX_DESCRIPTION_LENGTH = 500;
/** Control characters belong in no line of a log, and Postgres takes no NUL. */
const PLAIN_TEXT = /^\P{Cc}*$/u;

/** Unlike `IsOptional`, lets no null through. */
const WhenGiven = () => ValidateIf((_, value) => value !== undefined);
const UnlessNull = () => ValidateIf((_, value) => value !== undefined && value !== null);

const IsUrlText = () =>
  applyDecorators(
    IsString({ message: 'Input should be a valid string' }),
    MaxLength(MAX_URL_LENGTH, { message: `String should have at most ${MAX_URL_LENGTH} characters` }),
  );
const IsEventList = () =>
  applyDecorators(
    IsArray({ message: 'Input should be a valid list' }),
    ArrayNotEmpty({ message: 'List should have at least 1 item' }),
    ArrayMaxSize(WEBHOOK_EVENTS.length, { message: `List should have at most ${WEBHOOK_EVENTS.length} items` }),
    IsIn(WEBHOOK_EVENTS, { each: true, message: `Input should be one of ${WEBHOOK_EVENTS.join(', ')}` }),
  );
const IsDescription = () =>
  applyDecorators(
    IsString({ message: 'Input should be a valid string' }),
    MaxLength(MAX_DESCRIPTION_LENGTH, { message: `String should have at most ${MAX_DESCRIPTION_LENGTH} characters` }),
    Matches(PLAIN_TEXT, { message: 'Input should have no control characters' }),
  );

const URL_SCHEMA = {
  type: 'string',
  maxLength: MAX_URL_LENGTH,
  description: 'https, without credentials, at a public address or one that the operator allows',
  example: 'https://example.com/hooks/batches',
} as const;
const EVENTS_SCHEMA = { type: 'array' as const, items: { type: 'string', enum: [...WEBHOOK_EVENTS] }, minItems: 1 };
const DESCRIPTION_SCHEMA = { type: 'string', nullable: true, maxLength: MAX_DESCRIPTION_LENGTH } as const;

@ApiSchema({ name: 'CreateWebhook' })
export class CreateWebhookDto {
  @ApiProperty(URL_SCHEMA)
  @IsUrlText()
  url!: string;

  @ApiPropertyOptional({ ...EVENTS_SCHEMA, default: DEFAULT_WEBHOOK_EVENTS })
  @WhenGiven()
  @IsEventList()
  events?: WebhookEvent[];

  @ApiPropertyOptional(DESCRIPTION_SCHEMA)
  @UnlessNull()
  @IsDescription()
  description?: string | null;
}

@ApiSchema({ name: 'UpdateWebhook' })
export class UpdateWebhookDto {
  @ApiPropertyOptional(URL_SCHEMA)
  @WhenGiven()
  @IsUrlText()
  url?: string;

  @ApiPropertyOptional(EVENTS_SCHEMA)
  @WhenGiven()
  @IsEventList()
  events?: WebhookEvent[];

  @ApiPropertyOptional(DESCRIPTION_SCHEMA)
  @UnlessNull()
  @IsDescription()
  description?: string | null;

  @ApiPropertyOptional({ type: 'boolean', description: 'Whether nothing is sent there' })
  @WhenGiven()
  @IsBoolean({ message: 'Input should be a valid boolean' })
  disabled?: boolean;
}
