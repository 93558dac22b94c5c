import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsIn, IsInt, IsNumber, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';

export class MessageDto {
  @IsIn(['system', 'user', 'assistant'])
  role!: string;

  @IsString()
  content!: string;
}

export class ChatBodyDto {
  @IsString()
  model!: string;

  @ArrayNotEmpty()
  @ValidateNested({ each: true })
  @Type(() => MessageDto)
  messages!: MessageDto[];

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(2)
  temperature?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  max_tokens?: number;
}

export class RequestItemDto {
  @IsString()
  custom_id!: string;

  @IsIn(['POST'])
  method!: string;

  @IsString()
  url!: string;

  @ValidateNested()
  @Type(() => ChatBodyDto)
  body!: ChatBodyDto;
}

export class CreateBatchDto {
  @ArrayNotEmpty()
  @ValidateNested({ each: true })
  @Type(() => RequestItemDto)
  requests!: RequestItemDto[];
}
