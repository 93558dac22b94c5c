import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { toUnixSeconds } from '../../common/clock';
import type { FindOptionsSelect } from 'typeorm';
import type { StoredFileEntity } from '../stored-file.entity';
import { ListDto } from '../../http/dto/list.dto';

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

  @ApiPropertyOptional({ type: 'integer', description: 'Unix seconds; only of a file that expires' })
  expires_at?: number;

  @ApiProperty({ type: 'string' })
  filename!: string;

  @ApiProperty({ type: 'string', enum: ['batch', 'batch_output'] })
  purpose!: string;

  @ApiProperty({ type: 'string', enum: ['processed'] })
  status!: 'processed';

  @ApiPropertyOptional({ type: 'string', description: 'Why a batch of the file would be refused' })
  status_details?: string;
}

@ApiSchema({ name: 'FileList' })
export class FileListDto extends ListDto {
  @ApiProperty({ type: [FileDto] })
  data!: FileDto[];
}

const seconds = (instant: Date) => toUnixSeconds(instant.getTime());

/** What is shown of a file, which its segments are not: they may be many. */
export const SHOWN_COLUMNS = {
  id: true,
  bytes: true,
  createdAt: true,
  expiresAt: true,
  filename: true,
  purpose: true,
  statusDetails: true,
} as const satisfies FindOptionsSelect<StoredFileEntity>;
export type ShownFile = Pick<StoredFileEntity, keyof typeof SHOWN_COLUMNS>;

export function toFileDto(file: ShownFile): FileDto {
  return {
    id: file.id,
    object: 'file',
    bytes: file.bytes,
    created_at: seconds(file.createdAt),
    ...(file.expiresAt && { expires_at: seconds(file.expiresAt) }),
    filename: file.filename,
    purpose: file.purpose,
    status: 'processed',
    ...(file.statusDetails !== null && { status_details: file.statusDetails }),
  };
}
