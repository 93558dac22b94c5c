import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { toUnixSeconds } from '../../common/clock';
import type { StoredFileEntity } from '../stored-file.entity';

@ApiSchema({ name: 'FileObject' })
export class FileDto {
  @ApiProperty({ type: 'string', example: 'file_01KAPJ3N1ZJZ5T8Y0Q5W1V7C2D' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['file'] })
  object!: 'file';

  @ApiProperty({ type: 'integer' })
  bytes!: number;

  @ApiProperty({ type: 'integer', description: 'Unix seconds' })
  created_at!: number;

  @ApiProperty({ type: 'string' })
  filename!: string;

  @ApiProperty({ type: 'string', enum: ['batch', 'batch_output'] })
  purpose!: string;

  @ApiProperty({ type: 'string', enum: ['processed'] })
  status!: 'processed';
}

export function toFileDto(file: StoredFileEntity): FileDto {
  return {
    id: file.id,
    object: 'file',
    bytes: file.bytes,
    created_at: toUnixSeconds(file.createdAt.getTime()),
    filename: file.filename,
    purpose: file.purpose,
    status: 'processed',
  };
}
