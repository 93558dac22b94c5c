#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { loadEnv } from '../config/env';
import { createOpenApiDocument } from '../openapi/openapi.document';

/** Writes the API document to the file that is named, without a database and without starting anything. */
async function main(path: string): Promise<void> {
  const module = AppModule.forRoot(loadEnv({}), {});
  const app = await NestFactory.create(module, { preview: true, logger: false });
  await writeFile(path, `${JSON.stringify(createOpenApiDocument(app), null, 2)}\n`);
  console.log(`Wrote ${path}`);
}

void main(process.argv[2] ?? 'openapi.json');
