/** What a helper process is asked, and what it answers; the answer to 0 says that it is ready. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** To be called by a helper process once it is ready: serves `methods` to its parent, and ends when the parent has. */
export function serveMethods(methods: Methods): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (call: Call) => void answer(methods, call));
  send({ id: 0 });
}

async function answer(methods: Methods, { id, method, args }: Call): Promise<void> {
  try {
    const run = methods[method];
    if (!run) throw new Error(`There is no method ${method}`);
    send({ id, value: await run(...(args as never[])) });
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function send(message: Answer): void {
  process.send?.(message);
}
