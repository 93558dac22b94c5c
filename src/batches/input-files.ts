import { Injectable } from '@nestjs/common';
import { isId } from '../common/ids';
import type { FileScan } from '../files/file-scan';
import { whileThere } from '../files/while-there';
import { NotFoundError, ValidationFailedError } from '../http/meshbatch-error';
import type { FileForm } from '../ingest/file-form';
import { FileScans } from '../ingest/file-scans';
import { InputFilesStore, type InputFile } from './input-files.store';
import type { BatchOfFile } from './new-batch.builder';

/** The uploaded file that a create names. */
@Injectable()
export class InputFiles {
  constructor(
    private readonly store: InputFilesStore,
    private readonly scans: FileScans,
  ) {}

  /** Throws the same 404 for a file that never was and for somebody else's, and what a create of its items is refused with. */
  async open(ownerId: string, form: FileForm): Promise<BatchOfFile> {
    const { inputFileId: id, completionWindow, metadata, outputExpiresAfter } = form;
    if (!isId('file', id)) throw new NotFoundError();
    const file = await this.find(ownerId, id);
    const items = this.scans.itemsFor(await this.scanOf(ownerId, file), form);
    return { ...items, inputFileId: id, completionWindow, metadata, outputExpiresAfter };
  }

  /** What is found in the file under the rules and limits of now: as a rule what was found when it arrived. */
  private async scanOf(ownerId: string, { id, segments, scan }: InputFile): Promise<FileScan> {
    const [segment] = segments;
    if (!scan || !segment) throw new ValidationFailedError([NOT_UPLOADED]);
    if (this.scans.isCurrent(scan)) return scan;
    const fresh = await whileThere(
      () => this.scans.scanAgain(segment.key),
      () => this.find(ownerId, id),
    );
    await this.store.noteScan(id, fresh);
    return fresh;
  }

  private async find(ownerId: string, id: string): Promise<InputFile> {
    const file = await this.store.find(ownerId, id);
    if (!file) throw new NotFoundError();
    return file;
  }
}

/** Such a file goes with its batch, which another one must not depend on. */
const NOT_UPLOADED = {
  loc: ['body', 'input_file_id'],
  msg: 'The file is one of a batch: upload what another batch is to read',
  type: 'value_error',
};
