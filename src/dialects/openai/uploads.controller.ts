import { Delete, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiController, withOpenAiPath } from '../../auth/api-controller.decorator';
import type { Owner } from '../../auth/owner';
import { CurrentOwner, RequireScope } from '../../auth/owner.guard';
import { FileRemoval } from '../../batches/file-removal';
import { FileDto, toFileDto } from '../../files/dto/file.dto';
import { nodeRequest, nodeResponse, type PlatformRequest, type PlatformResponse } from '../../http/platform';
import { RawBody } from '../../http/raw-body';
import { sendJson } from '../../http/send-json';
import { NeedsRoom, RoomGuard } from '../../ingest/room.guard';
import { DeletedFileDto, UploadDto } from './dto/upload.dto';
import { UploadEndpoint } from './upload.endpoint';

/** Files as OpenAI's API has them come and go; reading them is no matter of a dialect. */
@ApiController(withOpenAiPath('v1/files'), 'subpackage_files', RoomGuard)
export class UploadsController {
  constructor(
    private readonly uploads: UploadEndpoint,
    private readonly removal: FileRemoval,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('batches:write')
  @RawBody()
  @NeedsRoom()
  @ApiOperation({
    operationId: 'create-file-v-1-files-post',
    summary: 'Upload File',
    description:
      'Takes a file that a batch can be made of (`input_file_id`). What is wrong with its requests is told by the create, and in `status_details`.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadDto })
  @ApiOkResponse({ description: 'Successful Response', type: FileDto })
  async upload(
    @CurrentOwner() owner: Owner,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const file = await this.uploads.handle(owner, nodeRequest(request), nodeResponse(response));
    sendJson(response, toFileDto(file));
  }

  @Delete(':file_id')
  @RequireScope('batches:write')
  @RawBody()
  @ApiOperation({
    operationId: 'delete-file-v-1-files-file-id-delete',
    summary: 'Delete File',
    description: 'Refused with 409 as long as a batch that has not ended reads the file.',
  })
  @ApiOkResponse({ description: 'Successful Response', type: DeletedFileDto })
  async remove(
    @CurrentOwner() owner: Owner,
    @Param('file_id') id: string,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.removal.remove(owner.id, id);
    sendJson(response, { id, object: 'file', deleted: true } satisfies DeletedFileDto);
  }
}
