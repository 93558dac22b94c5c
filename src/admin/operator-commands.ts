import type { z } from 'zod';
import { OperatorError } from '../common/operator-error';
import { DOCTOR_COMMANDS } from './doctor-command';
import { KEY_COMMANDS } from './key-commands';
import type { OperatorCommand, OperatorRows, SentCommand, ServiceFinder } from './operator-command';
import { PART_COMMANDS } from './part-commands';
import { SECRET_COMMANDS } from './secret-commands';

/** Every command, by the name under which it is asked for; the one place where commands are registered. */
const OPERATOR_COMMANDS = { ...KEY_COMMANDS, ...PART_COMMANDS, ...DOCTOR_COMMANDS, ...SECRET_COMMANDS };

type Commands = typeof OPERATOR_COMMANDS;
export type OperatorCommandName = keyof Commands;
/** A command's input as it is typed, before it is checked. */
export type OperatorCommandInput<Name extends OperatorCommandName> = z.input<Commands[Name]['input']>;

/**
 * Carries out a command on the services of an application; resolves to rows to show. Throws {@link OperatorError} with a
 * sentence for the operator.
 */
export async function runOperatorCommand(services: ServiceFinder, { name, input }: SentCommand): Promise<OperatorRows> {
  const command = new Map<string, OperatorCommand>(Object.entries(OPERATOR_COMMANDS)).get(name);
  if (!command) throw new OperatorError(`This version has no command ${name}`);
  return command.run(services, input);
}
