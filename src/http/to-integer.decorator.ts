import { Transform } from 'class-transformer';

/** A number as a query spells it; what is none stays for the validator to refuse. */
export const ToInteger = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : (value as unknown)));
