import { Body, Controller, Post, UnauthorizedException } from '@nestjs/common';
import { ApiCreatedResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsEmail, IsString } from 'class-validator';
import { CustomersService } from '../customers/customers.service.js';
import { Public } from './public.decorator.js';
import { SessionTokens } from './session-tokens.js';

export class LoginDto {
  @ApiProperty()
  @IsEmail()
  email!: string;

  @ApiProperty()
  @IsString()
  password!: string;
}

export class SessionDto {
  @ApiProperty()
  token!: string;
}

@ApiTags('sessions')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly customers: CustomersService,
    private readonly tokens: SessionTokens,
  ) {}

  @Public()
  @Post()
  @ApiCreatedResponse({ type: SessionDto })
  async logIn(@Body() body: LoginDto): Promise<SessionDto> {
    const customer = await this.customers.verify(body.email, body.password);
    if (!customer) throw new UnauthorizedException('Unknown address or wrong password.');
    return { token: this.tokens.issue(customer.id) };
  }
}
