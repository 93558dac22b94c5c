import { createHmac, timingSafeEqual } from 'node:crypto';

const LIFETIME_MS = 12 * 60 * 60 * 1000;

interface Session {
  customerId: number;
  expiresAt: number;
}

/** Session tokens that need no store: the session itself and an HMAC over it. */
export class SessionTokens {
  constructor(private readonly secret: string) {}

  issue(customerId: number): string {
    const session: Session = { customerId, expiresAt: Date.now() + LIFETIME_MS };
    const payload = Buffer.from(JSON.stringify(session)).toString('base64url');
    return `${payload}.${this.sign(payload).toString('base64url')}`;
  }

  /** Whose session it is; null when the token is not ours or has expired. */
  read(token: string): number | null {
    const [payload = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.sign(payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const session = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Session;
    return session.expiresAt > Date.now() ? session.customerId : null;
  }

  private sign(payload: string): Buffer {
    return createHmac('sha256', this.secret).update(payload).digest();
  }
}
