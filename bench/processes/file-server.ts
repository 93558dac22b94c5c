import 'reflect-metadata';
import { createReadStream } from 'node:fs';
import { Controller, Get, Header, Module, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serveMethods } from '../support/served-methods';

let path = '';

/** The file as any Nest application streams one. */
@Controller('file')
class FileController {
  @Get()
  @Header('content-type', 'application/x-ndjson')
  read(): StreamableFile {
    return new StreamableFile(createReadStream(path));
  }
}

@Module({ controllers: [FileController] })
class FileModule {}

serveMethods({
  /** Serves one file; resolves to where. */
  start: async (file: string) => {
    path = file;
    const app = await NestFactory.create(FileModule, { logger: ['error'] });
    await app.listen(0, '127.0.0.1');
    return `${await app.getUrl()}/file`;
  },
});
