/** What an operator asked for cannot be done; the message is a sentence for the operator, without secrets. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
