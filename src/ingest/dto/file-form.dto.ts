import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { ExpiresAfterDto } from '../../files/dto/expires-after.dto';
import { ENDPOINTS } from '../../providers/contract/adapter';

/** What a create says beside `completion_window` and `metadata` when its requests are in an uploaded file. Not documented with the reference's operation, which knows none of it. */
export class FileFormDto {
  @IsString({ message: 'Input should be a valid string' })
  input_file_id!: string;

  @IsString({ message: 'Input should be a valid string' })
  @IsIn(ENDPOINTS, { message: `Input should be one of ${ENDPOINTS.join(', ')}` })
  endpoint!: string;

  @IsOptional()
  @IsObject({ message: 'Input should be a valid dictionary' })
  @ValidateNested()
  @Type(() => ExpiresAfterDto)
  output_expires_after: ExpiresAfterDto | null = null;
}
