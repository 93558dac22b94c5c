const SHOWN_LINES = 25;
const SHOWN_LENGTH = 1000;

/** Counts checks and prints one line for each. */
export class Report {
  passed = 0;
  failed = 0;

  /** Runs one check, which fails by throwing. Returns what it returned; undefined when it failed. */
  async check(where, what, run) {
    const started = performance.now();
    try {
      const result = await run();
      this.passed += 1;
      this.line('ok', where, what, started);
      return result;
    } catch (error) {
      this.failed += 1;
      this.line('FAILED', where, what, started);
      console.log(indent(messageOf(error)));
      return undefined;
    }
  }

  line(result, where, what, started) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${result.padEnd(6)}  ${where.padEnd(22)}  ${what} (${seconds} s)`);
  }

  get summary() {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}

function messageOf(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause ? `\n${messageOf(error.cause)}` : '';
  return error.message + cause;
}

/** The begin and the end, where a process has printed much. */
function indent(text) {
  const lines = text.trim().split('\n');
  const shown =
    lines.length <= 2 * SHOWN_LINES ? lines : [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)];
  return shown.map((line) => `          ${line.slice(0, SHOWN_LENGTH)}`).join('\n');
}
