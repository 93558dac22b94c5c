import { ApiProperty } from '@nestjs/swagger';

/** What every page of a list has beside its `data`, which each kind of list declares. */
export class ListDto {
  @ApiProperty({ type: 'string', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ type: 'string', nullable: true })
  first_id!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  last_id!: string | null;

  @ApiProperty({ type: 'boolean' })
  has_more!: boolean;
}

/** The ids that a page begins and ends with. */
export function boundsOf(data: readonly { readonly id: string }[]): Pick<ListDto, 'first_id' | 'last_id'> {
  return { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

export function toList<T extends { readonly id: string }>(data: T[], hasMore: boolean): ListDto & { data: T[] } {
  return { object: 'list', data, ...boundsOf(data), has_more: hasMore };
}
