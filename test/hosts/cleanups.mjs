const pending = [];
let over = false;

/** Remembers what must be undone at the end, whatever happens. The last one in is the first one out. */
export function atEnd(undo) {
  pending.push(undo);
}

/** What is still under way when a run is broken off must not start anything new. */
export function assertNotOver() {
  if (over) throw new Error('The run is over');
}

/** Undoes everything; one that fails does not keep the others from it. */
export async function cleanUp() {
  over = true;
  while (pending.length > 0) {
    try {
      await pending.pop()();
    } catch (error) {
      console.error(error);
    }
  }
}
