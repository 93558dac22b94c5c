/**
 * The ids that we choose at the vendor: of a job, which makes a create safe to look up, and of its two datasets. The vendor
 * takes lower-case letters, digits and hyphens.
 */
export function jobId({ token }: { readonly token: string }): string {
  return `meshbatch-${token}`;
}

/** Jobs and datasets have names of their own, so that a job and its input may share one. */
export const inputId = jobId;

/** The dataset that a job writes its results to. The create makes it, and is refused where it exists. */
export function outputId(job: string): string {
  return `${job}-out`;
}
