import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { ToInteger } from '../../http/to-integer.decorator';
import type { FilePurpose } from '../stored-file.entity';

/** OpenAI's own: a client that asks for no limit expects all of its files. */
const MAX_LIMIT = 10_000;

export class ListFilesQuery {
  @ApiPropertyOptional({ type: 'string', description: 'Only files that come after the one with this id' })
  @IsOptional()
  @Matches(/^file_[0-9A-HJKMNP-TV-Z]{26}$/, { message: 'Input should be the id of a file' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: MAX_LIMIT })
  @ToInteger()
  @IsInt({ message: 'Input should be a valid integer' })
  @Min(1, { message: 'Input should be greater than or equal to 1' })
  @Max(MAX_LIMIT, { message: `Input should be less than or equal to ${MAX_LIMIT}` })
  limit: number = MAX_LIMIT;

  @ApiPropertyOptional({ type: 'string', enum: ['asc', 'desc'], default: 'desc', description: 'Newest first, or last' })
  @IsIn(['asc', 'desc'], { message: 'Input should be asc or desc' })
  order: 'asc' | 'desc' = 'desc';

  @ApiPropertyOptional({ type: 'string', enum: ['batch', 'batch_output'] })
  @IsOptional()
  @IsIn(['batch', 'batch_output'], { message: 'Input should be batch or batch_output' })
  purpose?: FilePurpose;
}
