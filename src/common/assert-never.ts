/** Makes the compiler prove that a switch is exhaustive. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`);
}
