import { isFields, type Fields, type Path, type Refuse } from '../translation/checks';
import { checkTurn } from './check-blocks';

/** Checks every message by itself, and then how they follow each other. */
export function checkTurns(turns: unknown, refuse: Refuse): void {
  if (!Array.isArray(turns) || turns.length === 0) return refuse(['messages'], 'Must be a list that is not empty');
  turns.forEach((turn: unknown, index) => checkTurn(turn, ['messages', index], refuse));
  if (turns.every(isFields)) new TurnOrder(refuse).check(turns);
}

/**
 * The user begins and ends; answers to calls come first in their message and right behind the calls, all of them; texts of the
 * assistant come before its calls, as a chat completion cannot say otherwise.
 */
class TurnOrder {
  private calls: { readonly path: Path; readonly open: Set<unknown> } = { path: [], open: new Set() };

  constructor(private readonly refuse: Refuse) {}

  check(turns: readonly Fields[]): void {
    if (turns[0]?.['role'] === 'assistant') {
      this.refuse(['messages', 0, 'role'], 'The conversation must begin with the user');
    }
    turns.forEach((turn, index) => {
      const path = ['messages', index, 'content'];
      const blocks = blocksOf(turn['content']);
      if (turn['role'] === 'assistant') this.takeCalls(blocks, path);
      else this.takeAnswers(blocks, path);
    });
    this.refuseOpen();
    if (turns.at(-1)?.['role'] === 'assistant') {
      this.refuse(['messages', turns.length - 1], 'A chat completion cannot go on with a message of the assistant');
    }
  }

  private takeCalls(blocks: readonly Fields[], path: Path): void {
    this.refuseOpen();
    const open = new Set<unknown>();
    blocks.forEach((block, index) => {
      const { type, id } = block;
      if (type !== 'tool_use') {
        if (open.size > 0)
          this.refuse([...path, index], 'A chat completion has the calls of a message behind its text');
      } else if (open.has(id)) this.refuse([...path, index, 'id'], 'An earlier call has this id');
      else open.add(id);
    });
    this.calls = { path, open };
  }

  private takeAnswers(blocks: readonly Fields[], path: Path): void {
    blocks.forEach((block, index) => {
      if (block['type'] !== 'tool_result') return this.refuseOpen();
      if (this.calls.open.delete(block['tool_use_id'])) return;
      this.refuse([...path, index, 'tool_use_id'], 'Answers no call of the assistant right before it');
    });
  }

  private refuseOpen(): void {
    const { path, open } = this.calls;
    if (open.size > 0) this.refuse(path, 'Every call must be answered right behind it');
    open.clear();
  }
}

/** The blocks of a content that may be of any form; a text stands for itself. */
function blocksOf(content: unknown): readonly Fields[] {
  return Array.isArray(content) ? content.filter(isFields) : [{ type: 'text' }];
}
