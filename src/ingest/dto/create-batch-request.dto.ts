import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsObject, IsOptional, IsString, ValidateBy, ValidateNested } from 'class-validator';
import { DEFAULT_COMPLETION_WINDOW } from '../../providers/contract/completion-windows';
import { BatchRequestItemDto } from './batch-request-item.dto';

export const METADATA_MAX_KEYS = 64;
export const METADATA_MAX_BYTES = 64 * 1024;

/** What `metadata` may hold, wherever it is given. */
export const METADATA_LIMIT = ValidateBy(
  {
    name: 'metadataFits',
    validator: {
      validate: (value: unknown) =>
        value === null ||
        (Object.keys(value ?? {}).length <= METADATA_MAX_KEYS &&
          Buffer.byteLength(JSON.stringify(value) ?? '') <= METADATA_MAX_BYTES),
    },
  },
  { message: `Metadata should have at most ${METADATA_MAX_KEYS} keys and 64 KiB`, context: { type: 'too_long' } },
);

/** The body of a create. `requests` is checked as it streams; the other members through this class as a whole. */
@ApiSchema({ name: 'CreateBatchRequest', title: 'CreateBatchRequest' } as object)
export class CreateBatchRequestDto {
  @ApiProperty({ type: [BatchRequestItemDto] })
  @IsArray()
  @ArrayNotEmpty()
  @ValidateNested({ each: true })
  @Type(() => BatchRequestItemDto)
  requests!: BatchRequestItemDto[];

  /** Whether the provider takes the window is known once the model is. */
  @ApiPropertyOptional({ type: 'string', default: DEFAULT_COMPLETION_WINDOW })
  @IsString()
  completion_window: string = DEFAULT_COMPLETION_WINDOW;

  @ApiPropertyOptional({ type: 'object', nullable: true, additionalProperties: { description: 'Any type' } as object })
  @IsOptional()
  @IsObject()
  @METADATA_LIMIT
  metadata: Record<string, unknown> | null = null;
}
