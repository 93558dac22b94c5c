import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** What a deleted batch leaves to its caller. */
@ApiSchema({ name: 'DeletedBatch' })
export class DeletedBatchDto {
  @ApiProperty({ type: 'string' })
  id!: string;

  @ApiProperty({ type: 'string', enum: ['batch'] })
  object!: 'batch';

  @ApiProperty({ type: 'boolean', enum: [true] })
  deleted!: true;
}
