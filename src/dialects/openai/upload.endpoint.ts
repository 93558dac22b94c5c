import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Owner } from '../../auth/owner';
import type { StoredFileEntity } from '../../files/stored-file.entity';
import { BodyIntake } from '../../ingest/body-intake';
import { CreateLoad, type Aside } from '../../ingest/create-load';
import { FreeDisk } from '../../ingest/free-disk';
import { IngestService } from '../../ingest/ingest.service';
import { QuotaService } from '../../quota/quota.service';
import { UploadService } from './upload.service';

/** An upload over HTTP: what can be refused by owner and headers alone is refused before a byte of the body is read, as of a create. */
@Injectable()
export class UploadEndpoint {
  constructor(
    private readonly ingest: IngestService,
    private readonly bodies: BodyIntake,
    private readonly load: CreateLoad,
    private readonly disk: FreeDisk,
    private readonly quota: QuotaService,
    private readonly uploads: UploadService,
  ) {}

  handle(owner: Owner, request: IncomingMessage, response: ServerResponse): Promise<StoredFileEntity> {
    return this.load.run(owner.id, (aside) => this.take(owner.id, request, response, aside));
  }

  private async take(
    ownerId: string,
    request: IncomingMessage,
    response: ServerResponse,
    aside: Aside,
  ): Promise<StoredFileEntity> {
    await this.quota.assertStorageLeft(ownerId);
    this.ingest.checkUploadHeaders(request);
    await this.disk.assertRoomFor(Number(request.headers['content-length'] ?? 0));
    return this.bodies.take({ request, response, aside, ownerId }, (body, gone) =>
      this.uploads.upload(ownerId, { headers: request.headers, body, maxBytes: this.ingest.maxFormBytes }, gone),
    );
  }
}
