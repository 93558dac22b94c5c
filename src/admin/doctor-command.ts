import { z } from 'zod';
import { Doctor, type Diagnosis } from '../execution/reconcile/doctor';
import { operatorCommand, type OperatorRows } from './operator-command';

const examine = operatorCommand({
  input: z.object({}),
  service: Doctor,
  run: async (doctor) => (await doctor.examine()).flatMap(toRows),
});

/** A line for the check, then one for each thing that it found. */
function toRows({ check, found, findings, failure }: Diagnosis): OperatorRows {
  return [
    { check, found, ...(failure !== null && { failure }) },
    ...findings.map(({ subject, message }) => ({ check, subject, message })),
  ];
}

/** What an operator asks when something seems wrong. */
export const DOCTOR_COMMANDS = { doctor: examine };
