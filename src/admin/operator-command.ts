import type { Type } from '@nestjs/common';
import { z } from 'zod';
import { OperatorError } from '../common/operator-error';

/** Lines that a command's answer is shown as, each cell under its name. */
export type OperatorRows = Record<string, unknown>[];

/** A command as it travels to the process that carries it out. */
export interface SentCommand {
  readonly name: string;
  readonly input: unknown;
}

/** Where commands get their services: an application that is initialised. */
export interface ServiceFinder {
  get<T>(service: Type<T>): T;
}

/** A command with its input of that schema, on that service. */
interface Definition<Input extends z.ZodType, Service> {
  readonly input: Input;
  readonly service: Type<Service>;
  /** Throws {@link OperatorError} with a sentence for the operator. */
  run(service: Service, input: z.output<Input>): Promise<OperatorRows>;
}

/** A command that any application can carry out; throws {@link OperatorError} also for an input that is not as it should be. */
export interface OperatorCommand<Input extends z.ZodType = z.ZodType> {
  readonly input: Input;
  run(services: ServiceFinder, input: unknown): Promise<OperatorRows>;
}

/** Defines a command; it works once it has a name in `OPERATOR_COMMANDS`. */
export function operatorCommand<Input extends z.ZodType, Service>(
  command: Definition<Input, Service>,
): OperatorCommand<Input> {
  return {
    input: command.input,
    run: async (services, input) => {
      const parsed = command.input.safeParse(input);
      if (!parsed.success) throw new OperatorError(z.prettifyError(parsed.error));
      return command.run(services.get(command.service), parsed.data);
    },
  };
}
