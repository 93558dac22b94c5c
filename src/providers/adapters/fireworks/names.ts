/**
 * The id that we choose at the vendor for an attempt's job, which makes a create safe to look up, and for its input: jobs and
 * datasets have names of their own. The vendor takes lower-case letters, digits and hyphens.
 */
export function nameOf({ token }: { readonly token: string }): string {
  return `meshbatch-${token}`;
}

/** The dataset that a job writes its results to. The create makes it, and is refused where it exists. */
export function outputId(job: string): string {
  return `${job}-out`;
}
