import type { IncomingMessage, ServerResponse } from 'node:http';
import { Get, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import parseRange from 'range-parser';
import { ApiController, withOpenAiPath } from '../auth/api-controller.decorator';
import { CurrentOwner } from '../auth/owner.guard';
import type { Owner } from '../auth/owner';
import type { ByteRange } from '../blobs/blob-store';
import { toList } from '../http/dto/list.dto';
import { MeshbatchError } from '../http/meshbatch-error';
import { nodeRequest, nodeResponse, takeOver, type PlatformRequest, type PlatformResponse } from '../http/platform';
import { sendJson } from '../http/send-json';
import { ValidQuery } from '../http/valid-query.decorator';
import { FileDto, FileListDto, toFileDto } from './dto/file.dto';
import { ListFilesQuery } from './dto/list-files.query';
import { FilesService } from './files.service';
import { OpenStreams } from './open-streams';
import { SegmentReader } from './segment-reader';
import { whileThere } from './while-there';

@ApiController(withOpenAiPath('v1/files'), 'subpackage_files')
export class FilesController {
  constructor(
    private readonly files: FilesService,
    private readonly reader: SegmentReader,
    private readonly streams: OpenStreams,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'list-files-v-1-files-get', summary: 'List Files' })
  @ApiOkResponse({ description: 'Successful Response', type: FileListDto })
  async list(
    @CurrentOwner() owner: Owner,
    @ValidQuery(ListFilesQuery) query: ListFilesQuery,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { files, hasMore } = await this.files.list(owner.id, query);
    const data = files.map(toFileDto);
    sendJson(response, toList(data, hasMore) satisfies FileListDto);
  }

  @Get(':file_id')
  @ApiOperation({ operationId: 'get-file-v-1-files-file-id-get', summary: 'Get File' })
  @ApiOkResponse({ description: 'Successful Response', type: FileDto })
  async get(
    @CurrentOwner() owner: Owner,
    @Param('file_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    sendJson(response, toFileDto(await this.files.get(owner.id, id)));
  }

  @Get(':file_id/content')
  @ApiOperation({
    operationId: 'get-file-content-v-1-files-file-id-content-get',
    summary: 'Get File Content',
    description:
      'The file as JSON lines. Takes a `Range` of bytes; without one it comes compressed to who accepts gzip.',
  })
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({ description: 'Successful Response', schema: { type: 'string', format: 'binary' } })
  async content(
    @CurrentOwner() owner: Owner,
    @Param('file_id') id: string,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const file = await this.files.get(owner.id, id);
    const range = requestedRange(nodeRequest(request), file.bytes, nodeResponse(response));
    const answer = takeOver(response);
    answer.statusCode = range ? 206 : 200;
    answer.setHeader('Content-Type', 'application/x-ndjson');
    answer.setHeader('Accept-Ranges', 'bytes');
    answer.setHeader('Content-Length', range ? range.end - range.start + 1 : file.bytes);
    if (range) answer.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.bytes}`);
    const bytes = this.reader.read(file.segments, range);
    await whileThere(
      () => this.streams.send(owner.id, response, bytes, { compressible: !range }),
      () => this.files.get(owner.id, id),
    );
  }
}

/** One range of bytes, or undefined for the whole: several ranges at once are answered with the whole, as RFC 9110 allows. */
function requestedRange(request: IncomingMessage, bytes: number, response: ServerResponse): ByteRange | undefined {
  const asked = request.headers.range;
  if (asked === undefined) return undefined;
  const ranges = parseRange(bytes, withinFile(asked, bytes));
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${bytes}`);
    throw new MeshbatchError('range_not_satisfiable', `The file has ${bytes} bytes.`);
  }
  return ranges !== -2 && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}

/** A suffix that is longer than the file means the whole file (RFC 9110, 14.1.2), which the parser does not know. */
function withinFile(range: string, bytes: number): string {
  const suffix = /^bytes=-(\d+)$/.exec(range.replaceAll(' ', ''))?.[1];
  return suffix !== undefined && Number(suffix) > bytes ? `bytes=-${bytes}` : range;
}
