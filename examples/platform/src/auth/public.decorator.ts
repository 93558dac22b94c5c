import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'platform:public';

/** A route that needs no session. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
