import { Equals, IsInt, Max, Min } from 'class-validator';

const [SHORTEST_SECONDS, LONGEST_SECONDS] = [3600, 2_592_000];

/** When a file is to go, as OpenAI's API has it: so long after it was made, an hour to thirty days. */
export class ExpiresAfterDto {
  @Equals('created_at', { message: 'Input should be "created_at"' })
  anchor!: string;

  @IsInt({ message: 'Input should be a valid integer' })
  @Min(SHORTEST_SECONDS, { message: `Input should be greater than or equal to ${SHORTEST_SECONDS}` })
  @Max(LONGEST_SECONDS, { message: `Input should be less than or equal to ${LONGEST_SECONDS}` })
  seconds!: number;
}
