import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'MessageErrorObject' })
export class MessageErrorObjectDto {
  @ApiProperty({ type: 'string', example: 'invalid_request_error' })
  type!: string;

  @ApiProperty({ type: 'string' })
  message!: string;
}

/** The body of every answer of the dialect that is not a success. */
@ApiSchema({ name: 'MessageError' })
export class MessageErrorDto {
  @ApiProperty({ type: 'string', enum: ['error'] })
  type!: 'error';

  @ApiProperty({ type: MessageErrorObjectDto })
  error!: MessageErrorObjectDto;

  @ApiProperty({ type: 'string', description: 'The `request-id` of the answer' })
  request_id!: string;
}
