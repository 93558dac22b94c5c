import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Equals, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { ExpiresAfterDto } from '../../../files/dto/expires-after.dto';

/** The fields of an upload, beside the file itself, which is checked as it streams. */
@ApiSchema({ name: 'CreateFileRequest' })
export class UploadDto {
  @ApiProperty({ type: 'string', format: 'binary', description: 'JSON lines, one request a line' })
  file!: unknown;

  @ApiProperty({ type: 'string', enum: ['batch'] })
  @Equals('batch', { message: 'Input should be "batch"' })
  purpose!: string;

  @ApiPropertyOptional({ type: 'string', enum: ['created_at'], name: 'expires_after[anchor]' })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ExpiresAfterDto)
  expires_after?: ExpiresAfterDto;
}

@ApiSchema({ name: 'DeletedFile' })
export class DeletedFileDto {
  @ApiProperty({ type: 'string' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['file'] })
  object!: 'file';

  @ApiProperty({ type: 'boolean', enum: [true] })
  deleted!: true;
}
