import type { FileRefusal } from '../files/file-scan';
import { MeshbatchError, ValidationFailedError, type Fault } from '../http/meshbatch-error';

type Loc = readonly (string | number)[];

/** How the items of a file are named to who uploaded it: by line. */
export interface FilePlaces {
  lineOf(index: number): number;
  /** The line at which the reading ended. */
  readonly lastLine: number;
}

/** What a create of the same items is refused with, as a create with the file tells it. */
export function toFileRefusal({ code, message, extras }: MeshbatchError, places: FilePlaces): FileRefusal {
  const { details } = extras;
  const told = message.replace(/^requests\[(\d+)\]/, (_, index) => `Line ${places.lineOf(Number(index))}`);
  return {
    code,
    message: told,
    extras: { ...extras, ...(details !== undefined && { details: placed(details, places) }) },
  };
}

/** A stored refusal as it was thrown. */
export function fromFileRefusal({ code, message, extras }: FileRefusal): MeshbatchError {
  if (code === 'validation_error') return new ValidationFailedError(extras.details as readonly Fault[], extras.more);
  return new MeshbatchError(code, message, extras);
}

/** Details are one thing with a place, or a list of them, or say nothing of a place. */
function placed(details: unknown, places: FilePlaces): unknown {
  if (Array.isArray(details)) return details.map((each: unknown) => placed(each, places));
  const { loc } = (details ?? {}) as { loc?: Loc };
  return loc === undefined ? details : { ...(details as object), loc: toFileLoc(loc, places) };
}

/** `["body","requests",16,"body"]` is in line 17 of the file, and so is a place that is told in bytes. */
function toFileLoc([, second, index, ...rest]: Loc, places: FilePlaces): Loc {
  const file = ['body', 'input_file_id'];
  if (typeof second === 'number') return [...file, places.lastLine];
  return typeof index === 'number' ? [...file, places.lineOf(index), ...rest] : file;
}
