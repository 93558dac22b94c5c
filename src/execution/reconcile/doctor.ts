import { Inject, Injectable } from '@nestjs/common';
import { CHECKS, type Check } from './check';

/** What one check found. */
export interface Diagnosis {
  readonly check: string;
  readonly found: number;
  /** The first of them. */
  readonly findings: readonly { readonly subject: string; readonly message: string }[];
  /** Why the check came to no end; null when it did. */
  readonly failure: string | null;
}

/** How many of a check's findings are told one by one. */
const TOLD = 20;

/** All checks of the reconciliation, without putting anything right. */
@Injectable()
export class Doctor {
  /** @internal */
  constructor(@Inject(CHECKS) private readonly checks: readonly Check[]) {}

  /** Walks through rows and blobs; with millions of blobs that takes minutes. */
  async examine(): Promise<Diagnosis[]> {
    const diagnoses: Diagnosis[] = [];
    for (const check of this.checks) diagnoses.push(await this.run(check));
    return diagnoses;
  }

  private async run(check: Check): Promise<Diagnosis> {
    const findings: Diagnosis['findings'][number][] = [];
    let found = 0;
    try {
      for await (const { subject, message } of check.find(new AbortController().signal)) {
        if (found++ < TOLD) findings.push({ subject, message });
      }
      return { check: check.kind, found, findings, failure: null };
    } catch (error) {
      return { check: check.kind, found, findings, failure: error instanceof Error ? error.message : String(error) };
    }
  }
}
